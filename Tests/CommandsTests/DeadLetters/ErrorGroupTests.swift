import Jobs
import MemoryStorage
import Storage
import Testing
import Text

@testable import Commands

/// `dlq groups`, and groups as a filter.
@Suite struct ErrorGroupTests {
  let rig: CommandRig

  init() throws { rig = try CommandRig() }

  private func buryThreeShapes() throws {
    for number in 1...3 { _ = try rig.bury("emails", error: "no answer after \(number) ms") }
    rig.now = rig.now + .minutes(1)
    for name in ["a", "b", "c", "d"] {
      _ = try rig.bury("reports", error: "no file /srv/\(name).csv")
    }
    _ = try rig.bury("emails", error: "odd\u{202e}")
    rig.now = rig.now + .minutes(1)
    _ = try rig.bury("emails", error: "no file /srv/last.csv")
  }

  @Test func `errors that differ in numbers and paths alone are one group, the largest first`()
    throws
  {
    try buryThreeShapes()
    let ran = try rig.run("dlq", "groups", "--format", "{count} {queues} {types} {shape}")
    #expect(ran.status == 0)
    #expect(ran.errors.isEmpty)
    #expect(
      ran.lines == [
        "5 reports,emails default no file <path>", "3 emails default no answer after <n> ms",
        "1 emails default odd\\u{202e}",
      ])
  }

  @Test func `the example is the latest as it was written, with its id and the times of all`()
    throws
  {
    try buryThreeShapes()
    let latest = try rig.run("dlq", "list", "-n", "1", "--ids").lines[0]
    let ran = try rig.run("dlq", "groups", "-n", "1", "--json")
    let found = try members(ran.lines[0])
    #expect(
      found.map(\.key) == [
        "group", "count", "queues", "types", "first_seen", "last_seen", "example", "example_id",
        "shape",
      ])
    #expect(found[2].value == .array([.string("reports"), .string("emails")]))
    #expect(found[4].value == .string("2026-01-01T00:01:00.000Z"))
    #expect(found[5].value == .string("2026-01-01T00:02:00.000Z"))
    #expect(found[6].value == .string("no file /srv/last.csv"))
    #expect(found[7].value == .string(latest))
    #expect(ran.lines.count == 1)
  }

  @Test func `the whole filter narrows what is counted`() throws {
    try buryThreeShapes()
    let counts = { (words: [String]) in
      try rig.run(["dlq", "groups", "--format", "{count}"] + words).lines
    }
    #expect(try counts(["-q", "emails"]) == ["3", "1", "1"])
    #expect(try counts(["--error", "file"]) == ["5"])
    #expect(try counts(["--newer-than", "30s"]) == ["1"])
    #expect(try rig.run("dlq", "groups", "-q", "email").errors.contains("did you mean 'emails'?"))
    let id = try rig.run("dlq", "list", "-n", "1", "--ids").lines[0]
    #expect(try counts([id]) == ["1"])
    #expect(try rig.run("dlq", "groups", "0000000000001").status == 1)
  }

  @Test func `a group is a filter of every verb, and its negation too`() throws {
    try buryThreeShapes()
    let group = try rig.run("dlq", "groups", "--ids", "-n", "1").lines[0]
    #expect(group == ErrorGroupID(of: "no file /x").description)
    #expect(try rig.run("dlq", "list", "--error-group", group, "--ids").lines.count == 5)
    #expect(try rig.run("list", "--error-group", "!\(group)", "--ids").lines.count == 4)
    #expect(
      try rig.run("dlq", "groups", "--error-group", "!\(group)", "--format", "{count}").lines
        == ["3", "1"])
    #expect(try rig.run("dlq", "replay", "--error-group", group, "--yes").status == 0)
    #expect(try rig.count("reports", .ready) == 4)
    #expect(try rig.count("emails", .dead) == 4)
  }

  @Test(arguments: ["", "12", "0123456789ag", "+12345678901", "0123456789abc"])
  func `what is no group is refused`(text: String) throws {
    let ran = try rig.run("list", "--error-group", text)
    #expect(ran.status == 2)
    #expect(ran.errors.contains("is no group of errors"))
  }

  @Test func `jobs that died without a word are a group`() throws {
    _ = try rig.enqueue("q")
    let claimed = try rig.claim("q")
    _ = try rig.store.settle(
      claimed.map { Settlement($0.lease, .reject) }, thenClaim: nil, at: rig.now)
    let found = try members(rig.run("dlq", "groups", "--json").lines[0])
    #expect(found[6].value == .null)
    #expect(found[8].value == .string(""))
  }

  @Test func `beyond the most groups jobs are counted, not forgotten`() throws {
    var groups = ErrorGroups(most: 2)
    for error in ["a", "b", "c", "a", "d", "b"] {
      _ = try rig.bury("q", error: error)
    }
    for line in try rig.store.page(JobPageRequest(JobFilter(), size: 10, now: rig.now)).jobs {
      groups.add(line)
    }
    #expect(groups.largestFirst.map(\.count) == [2, 1])
    #expect(groups.others == 3)
  }

  @Test func `replays are a filter`() throws {
    let often = try rig.bury("q", 2)
    _ = try rig.run("replay", often[0].description)
    let claimed = try rig.claim("q", 1)
    _ = try rig.store.settle(
      claimed.map { Settlement($0.lease, .reject) }, thenClaim: nil, at: rig.now)
    #expect(try rig.run("list", "--replays", "1..", "--ids").lines == [often[0].description])
    #expect(try rig.run("dlq", "list", "--replays", "0", "--ids").lines == [often[1].description])
    #expect(try rig.run("list", "--replays", "-1").status == 2)
  }

  @Test func `completion offers the groups of what died`() throws {
    let stage = try CommandStage()
    try stage.enqueue()
    var settlement = Settlement(try stage.claim().lease, .reject)
    settlement.error = "gone 7"
    _ = try stage.memory.settle([settlement], thenClaim: nil, at: stage.now)
    let ran = try stage.run("__complete", "dlq", "replay", "--error-group", "")
    #expect(ran.lines.first == "\(ErrorGroupID(of: "gone 7"))\tgone <n>")
  }
}
