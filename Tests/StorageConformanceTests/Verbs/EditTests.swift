import Jobs
import Storage
import Testing
import Text

@Suite struct EditTests {
  private func set(_ path: String, _ value: String) throws -> OperatorVerb {
    .edit(
      .set([
        PayloadEdit.Assignment(path: try JSONPath.parse(path), value: Array(value.utf8))
      ]))
  }

  @Test(
    "An edited payload is what the next handler gets; the old one stays with the job",
    arguments: Adapters.all, [JobState.ready, .scheduled, .retrying, .dead])
  func edits(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state) { $0.payload = Array("{ \"n\": 1 }".utf8) }
    var before = try shop.detail(id)
    #expect(try shop.operate(set("n", "2"), on: [id]) == [.done])
    #expect(try shop.operate(set("m", "\"x\""), on: [id]) == [.done])
    let after = try shop.detail(id)
    #expect(String(decoding: after.payload, as: UTF8.self) == "{ \"n\": 2,\"m\":\"x\" }")
    #expect(after.actions.map(\.event) == [.edited, .edited])
    #expect(
      after.actions.map(\.payload) == [Array("{ \"n\": 1 }".utf8), Array("{ \"n\": 2 }".utf8)])
    before.payload = after.payload
    before.actions = after.actions
    #expect(after == before)
    #expect(try shop.log().last?.event == .edited)
    if state != .ready { _ = try shop.operate(.retry(at: nil), on: [id]) }
    let claimed = try shop.claimOne()
    #expect(claimed.payload == after.payload)
    try shop.settle(claimed, .fail(retryAfter: nil)) { $0.error = "again" }
    #expect(try shop.detail(id).payload == after.payload)
    #expect(try shop.detail(id).actions.filter { $0.event == .edited }.count == 2)
  }

  @Test("Bytes of any kind may take the place of any others", arguments: Adapters.all)
  func bytes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let payloads: [[UInt8]] = [
      [], [0, 255, 10, 13], Array("a\u{202E}\n".utf8), Array("\n\n{}\n".utf8),
      [UInt8](repeating: 0x61, count: 100_000), Array("{\"b\":[1 , 2]}".utf8),
    ]
    let id = try shop.add { $0.payload = payloads[5] }
    var last = payloads[5]
    for payload in payloads {
      let verb = OperatorVerb.edit(.replace(with: payload, of: last))
      let outcome = try shop.operate(verb, on: [id])
      #expect(outcome == [payload == last ? .alreadyDone : .done])
      last = payload
      #expect(try shop.detail(id).payload == payload)
    }
    #expect(try shop.claimOne().payload == last)
    #expect(
      try shop.detail(id).actions.compactMap(\.payload) == [payloads[5]] + payloads.dropLast())
  }

  @Test("What can't be edited so is refused, and changes nothing", arguments: Adapters.all)
  func refused(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let json = try shop.add { $0.payload = Array("{\"n\":1}".utf8) }
    let text = try shop.add { $0.payload = Array("plain".utf8) }
    let before = try Everything(of: shop.store, at: shop.now)
    let outcomes = try shop.operate(set("a.b", "1"), on: [json, text])
    #expect(
      outcomes.allSatisfy {
        if case .refused(let why) = $0 { why.field == .payload } else { false }
      })
    #expect(outcomes.count == 2)
    #expect(try shop.operate(set("n", "1"), on: [json]) == [.alreadyDone])
    let stale = OperatorVerb.edit(.replace(with: [1], of: [2]))
    #expect(
      try shop.operate(stale, on: [json]).first.map {
        if case .refused = $0 { true } else { false }
      } == true)
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test("One bad item does not stop the others", arguments: Adapters.all)
  func others(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let good = try shop.add { $0.payload = Array("{\"n\":1}".utf8) }
    let bad = try shop.add { $0.payload = Array("plain".utf8) }
    let last = try shop.add { $0.payload = Array("{\"n\":3}".utf8) }
    let items = try [good, bad, last].map { PlanItem(try shop.job($0)) }
    let outcomes = try shop.apply(set("n", "9"), items)
    #expect(outcomes.map { $0 == .done } == [true, false, true])
  }

  @Test(
    "What runs, and what is over for good, is not edited", arguments: Adapters.all,
    [JobState.active, .completed, .cancelled])
  func fixed(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    #expect(try shop.plan(set("n", "1")) { $0.ids = [id] }.unfit.map(\.id) == [id])
    #expect(
      try shop.apply(set("n", "1"), [PlanItem(try shop.job(id))]) == [.changedMeanwhile(state)])
  }

  @Test("A filter by content sees the edited payload", arguments: Adapters.all)
  func filtered(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.payload = Array("{\"n\":1}".utf8) }
    _ = try shop.operate(set("n", "2"), on: [id])
    var filter = JobFilter()
    for (value, found) in [("1", []), ("2", [id])] {
      filter.payload.anyOf = [
        JobFilter.PayloadMatch(path: try JSONPath.parse("n"), value: value)
      ]
      #expect(try shop.listing(filter).map(\.id) == found)
    }
  }
}
