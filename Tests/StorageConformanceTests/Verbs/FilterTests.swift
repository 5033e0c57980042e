import Jobs
import Storage
import Text
import Testing

/// A store may plan with indexes, but selects exactly what `JobFilter.matches` says.
@Suite struct FilterTests {
  private func varied(_ adapter: Adapter) throws -> Workshop {
    let shop = try Workshop(adapter)
    let states: [JobState] = [.dead, .completed, .scheduled, .cancelled, .retrying, .dead]
    for (index, state) in (states + states).enumerated() {
      _ = try shop.job(state, in: "q\(index % 3)") { try vary(&$0, index) }
      shop.wait(.minutes(1))
    }
    _ = try shop.job(.active, in: "q1") { try vary(&$0, 12) }
    for index in 13..<18 { try shop.add("q\(index % 3)") { try vary(&$0, index) } }
    try shop.add("q2") { $0.runAt = shop.now + .seconds(1) }
    shop.wait(.minutes(30))
    return shop
  }

  private func vary(_ job: inout NewJob, _ index: Int) throws {
    job.type = try JobType(["a", "b:c", "d"][index % 3])
    job.priority = try Priority(Int64(index % 4))
    job.tags = try (0..<(index % 3)).map { try Tag(name: "t\($0)", value: "v\(index % 2)") }
    job.payload = Array(#"{"n":\#(index % 4),"s":"x"}"#.utf8)
  }

  private static func filters(_ ids: [JobID]) throws -> [JobFilter] {
    var filters: [JobFilter] = []
    func add(_ edit: (inout JobFilter) throws -> Void) rethrows {
      var filter = JobFilter()
      try edit(&filter)
      filters.append(filter)
    }
    add { _ in }
    add { $0.ids = [ids[3], ids[1]] }
    add { $0.ids = [ids[0]] + (JobID(rawValue: 5).map { [$0] } ?? []) }
    try add { $0.queues.anyOf = [try QueueName("q1"), try QueueName("nobody")] }
    try add { $0.queues.noneOf = [try QueueName("q1")] }
    for state in JobState.allCases {
      add { $0.states.anyOf = [state] }
      add { $0.states.noneOf = [state] }
    }
    add { $0.states.anyOf = [.dead, .ready, .active] }
    add { filter in
      filter.states.anyOf = [.dead, .cancelled]
      filter.states.noneOf = [.dead]
    }
    try add { $0.types.anyOf = [try JobType("b:c")] }
    try add { $0.types.noneOf = [try JobType("b:c"), try JobType("d")] }
    add { $0.errors.anyOf = ["oo"] }
    add { $0.errors.noneOf = ["boom"] }
    add { $0.errors.anyOf = ["BOOM", "b%m", "b_om"] }
    try add { $0.priorities.anyOf = [try Priority(0), try Priority(3)] }
    try add { $0.priorities.noneOf = [try Priority(0)] }
    try add { $0.tags.anyOf = [try Tag(name: "t0", value: "v1")] }
    try add { $0.tags.noneOf = [try Tag(name: "t0", value: "v1")] }
    let match = JobFilter.PayloadMatch(path: try JSONPath.parse("n"), value: "2")
    add { $0.payload.anyOf = [match] }
    add { $0.payload.noneOf = [match] }
    add { $0.attempts = 1...1 }
    add { $0.attempts = 0...0 }
    add { $0.olderThan = .minutes(36) }
    add { $0.newerThan = .minutes(36) }
    add { filter in
      filter.olderThan = .minutes(32)
      filter.newerThan = .minutes(38)
      filter.ageOrigin = .death
    }
    try add { filter in
      filter.queues.anyOf = [try QueueName("q0"), try QueueName("q2")]
      filter.states.anyOf = [.dead, .completed]
      filter.types.noneOf = [try JobType("d")]
      filter.newerThan = .hours(2)
    }
    return filters
  }

  @Test(
    "A store selects what the filter means, in every order", arguments: Adapters.all,
    [
      JobOrder.newestFirst, .oldestFirst, .latestFinishedFirst,
    ])
  func selects(_ adapter: Adapter, _ order: JobOrder) throws {
    let shop = try varied(adapter)
    let all = try shop.listing(JobFilter(), order)
    let details = try all.map { try shop.detail($0.id) }
    for filter in try Self.filters(shop.listing().map(\.id)) {
      let wanted = details.filter { detail in
        filter.matches(detail.job, at: shop.now)
          && filter.matchesDetail(tags: detail.tags, payload: detail.payload)
      }
      #expect(try shop.listing(filter, order, size: 2) == wanted.map(\.job), "\(filter)")
    }
  }

  @Test("Due jobs are found as ready and not as waiting", arguments: Adapters.all)
  func due(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.scheduled)
    shop.wait(.hours(2))
    var filter = JobFilter()
    filter.states.anyOf = [.ready]
    #expect(try shop.listing(filter).map(\.id) == [id])
    filter.states.anyOf = [.scheduled]
    #expect(try shop.listing(filter).isEmpty)
  }
}
