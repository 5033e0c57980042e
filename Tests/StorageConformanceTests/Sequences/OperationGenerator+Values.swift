import Jobs
import Storage
import Text

// The values are few, so that sequences meet the same keys, tags and errors again and again.

extension OperationGenerator {
  static let queues = ["a", "b", "c"].compactMap { try? QueueName($0) }
  static let types = ["t1", "t2", "t3"].compactMap { try? JobType($0) }
  private static let tags = [("u", "1"), ("u", "2"), ("v", "x y=\"z\"")].compactMap {
    try? Tag(name: $0.0, value: $0.1)
  }
  private static let payloads: [[UInt8]] = [
    Array(#"{"a":1}"#.utf8), Array(#"{"a":"two","b":[1]}"#.utf8), [], [0, 255, 10],
  ]
  private static let errors = [
    "boom", "boom: timeout", "", String(repeating: "ä€", count: 400) + " end",
  ]
  private static let backoffs: [Backoff] = [
    .fixed(.seconds(5)), .list([.zero, .seconds(1), .minutes(2)]),
    .exponential(base: .seconds(1), factor: 2, cap: .minutes(1), jitter: 50),
  ]

  mutating func newJob() -> NewJob {
    var job = NewJob(queue: any(of: Self.queues), type: any(of: Self.types))
    job.payload = any(of: Self.payloads)
    if chance(50) { job.priority = any(of: Self.priorities) }
    if chance(30) { job.runAt = now + .seconds(Int64(number(-60...1800))) }
    if chance(60) { job.maxAttempts = Int64(number(1...3)) }
    if chance(3) { job.maxAttempts = 0 }
    if chance(50) { job.backoff = any(of: Self.backoffs) }
    if chance(20) { job.timeout = .seconds(Int64(number(1...60))) }
    if chance(25) {
      job.uniqueKey = "k\(number(1...4))"
      if chance(60) { job.uniqueScope = any(of: UniqueScope.allCases) }
      if chance(60) {
        job.onConflict = any(of: [.ignore, .replace, .replace, .after, .fail])
      }
    }
    if chance(20) {
      if chance(30) { job.idempotencyLifetime = .minutes(Int64(number(1...90))) }
      job.idempotencyKey = "i\(number(1...4))"
      if chance(70) { (job.payload, job.type) = (Self.payloads[0], Self.types[0]) }
    }
    if chance(25) { job.concurrencyKey = "c\(number(1...2))" }
    if chance(40) { job.tags = distinct(some(of: Self.tags)) }
    if chance(12) { job.after = Array(someIDs().prefix(3)) }
    if chance(15), let latest = ids.last { job.after.append(latest) }
    if !job.after.isEmpty { job.onParentFailure = any(of: ParentFailure.allCases) }
    return job
  }

  private static let priorities = Priority.levels.compactMap { try? Priority($0) }

  private func distinct(_ tags: [Tag]) -> [Tag] {
    var names = Set<String>()
    return tags.filter { names.insert($0.name).inserted }
  }

  mutating func payloadEdit() -> PayloadEdit {
    if chance(30) { return .replace(with: any(of: Self.payloads), of: any(of: Self.payloads)) }
    let paths = ["a", "c", "b[0]", "b[1]", "x.y"].compactMap { try? JSONPath.parse($0) }
    return .set(
      (0..<number(1...2)).map { _ in
        PayloadEdit.Assignment(
          path: any(of: paths), value: any(of: Self.payloads.prefix(2).map { $0 }))
      })
  }

  /// What queues keep, and their limits; mostly none of these, so that jobs get through.
  mutating func settings() -> [QueueSettings.Change] {
    guard chance(60) else {
      return [.keep(.completed, keep()), .keep(.cancelled, keep()), .keep(.dead, keep())]
    }
    let small = (number(1...3), number(1...2))
    return [
      .concurrency(any(of: [nil, nil, Int64(small.0)])),
      .concurrencyPerKey(any(of: [nil, Int64(small.1)])),
      .rate(any(of: [nil, nil, Rate(Int64(number(1...40)), per: .minute)])),
      .burst(any(of: [nil, 5])),
      .maxDepth(any(of: [nil, nil, nil, Int64(number(1...30))])),
      .aging(any(of: [nil, .seconds(1), .minutes(5)])),
      .maxAttempts(any(of: [nil, 2])),
      .timeout(any(of: [nil, .seconds(7)])),
      .backoff(any(of: [nil, .fixed(.seconds(9))])),
      .priority(any(of: [nil, Self.priorities.first])),
      .keepAttempts(any(of: [nil, .forever, .span(.hours(48))])),
      .keepKeys(any(of: [nil, .forever, .span(.hours(2))])),
    ].filter { _ in chance(60) }
  }

  private mutating func keep() -> Keep? {
    any(of: [nil, nil, .forever, .span(.hours(2)), .span(.hours(48)), .span(.hours(200 * 24))])
  }

  mutating func settlement(_ lease: Lease) -> Settlement {
    var settlement = Settlement(lease, verdict())
    if chance(60) { settlement.error = any(of: Self.errors) }
    if chance(40) { settlement.exitCode = Int64(number(0...255)) }
    if chance(20) { settlement.signal = 9 }
    if chance(30) { settlement.output = any(of: Self.payloads) }
    return settlement
  }

  private mutating func verdict() -> Settlement.Verdict {
    switch number(0...9) {
    case 0...2: .complete(result: chance(50) ? any(of: Self.payloads) : nil)
    case 3...5: .fail(retryAfter: chance(30) ? .seconds(Int64(number(0...100))) : nil)
    case 6: .timeOut
    case 7: .reject
    case 8: any(of: [.release(reason: "drain"), .putBack, .cancel])
    default: .snooze(until: now + .seconds(Int64(number(-10...600))))
    }
  }

  mutating func filter() -> JobFilter {
    var filter = JobFilter()
    if chance(25) { return filter }
    if chance(25) { filter.ids = someIDs() }
    if chance(25) { filter.queues = selection(Self.queues) }
    if chance(35) { filter.states = selection(JobState.allCases) }
    if chance(15) { filter.types = selection(Self.types) }
    if chance(10) { filter.errors = selection(["boom", "timeout", "€", "nothing"]) }
    if chance(10) { filter.priorities = selection(Self.priorities) }
    if chance(10) { filter.tags = selection(Self.tags) }
    if chance(10) { filter.payload = selection(Self.matches) }
    if chance(10) { filter.attempts = Int64(number(0...1))...Int64(number(1...3)) }
    if chance(10) { filter.olderThan = .minutes(Int64(number(0...60))) }
    if chance(10) { filter.newerThan = .minutes(Int64(number(0...60))) }
    if chance(20) { filter.ageOrigin = .death }
    if chance(30) { filter.limit = number(0...5) }
    return filter
  }

  mutating func logFilter() -> LogFilter {
    var filter = LogFilter()
    if chance(30) { filter.queues = selection(Self.queues) }
    if chance(20) { filter.types = selection(Self.types) }
    if chance(20) { filter.ids = someIDs() }
    if chance(20) { filter.tags = selection(Self.tags) }
    if chance(30) { filter.levels = any(of: [.info, .notice, .warning, .error]) ... .critical }
    if chance(20) { filter.since = now - .minutes(Int64(number(0...60))) }
    if chance(20) { filter.until = now - .minutes(Int64(number(0...60))) }
    return filter
  }

  private static let matches = [("a", "1"), ("a", "two"), ("b", "[1]"), ("c", "1")].compactMap {
    pair in
    (try? JSONPath.parse(pair.0)).map { JobFilter.PayloadMatch(path: $0, value: pair.1) }
  }

  mutating func someIDs() -> [JobID] {
    var found = Set<JobID>()
    let known = ids.isEmpty ? [] : some(of: ids).prefix(4)
    let unknown = chance(20) ? [JobID(rawValue: 42)].compactMap { $0 } : []
    return (known + unknown).filter { found.insert($0).inserted }
  }

  private mutating func selection<Value>(_ values: [Value]) -> Selection<Value> {
    chance(75)
      ? Selection(anyOf: Array(some(of: values).prefix(2)))
      : Selection(noneOf: Array(some(of: values).prefix(2)))
  }
}
