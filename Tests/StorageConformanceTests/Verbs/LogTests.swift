import Jobs
import Storage
import Testing

@Suite struct LogTests {
  private func told(_ adapter: Adapter) throws -> Workshop {
    let shop = try Workshop(adapter)
    for index in 0..<6 {
      let id = try shop.add(index % 2 == 0 ? "emails" : "reports") { job in
        job.type = try JobType("t\(index % 3)")
        job.tags = [try Tag(name: "u", value: "\(index % 2)")]
      }
      let claimed = try #require(try shop.claim("emails", "reports").first)
      try shop.settle(claimed, index < 3 ? .complete(result: nil) : .reject)
      if index == 5 { _ = try shop.operate(.replay(at: nil), on: [id]) }
      shop.wait(.seconds(1))
    }
    return shop
  }

  @Test("Pages of any size join to the same log", arguments: Adapters.all)
  func pages(_ adapter: Adapter) throws {
    let shop = try told(adapter)
    let whole = try Everything.log(of: shop.store, LogFilter(), size: 1000)
    #expect(whole.count == 7)
    #expect(whole.map(\.timestamp) == whole.map(\.timestamp).sorted())
    for size in [1, 2, 3, 7] {
      #expect(try Everything.log(of: shop.store, LogFilter(), size: size) == whole)
    }
  }

  @Test("The last records that match are given oldest first", arguments: Adapters.all)
  func last(_ adapter: Adapter) throws {
    let shop = try told(adapter)
    let whole = try shop.log()
    let page = try shop.store.log(LogPageRequest(LogFilter(), .last, size: 3))
    #expect(page.records == Array(whole.suffix(3)))
    #expect(!page.hasMore)
    var filter = LogFilter()
    filter.levels = .error ... .critical
    let errors = try shop.store.log(LogPageRequest(filter, .last, size: 2)).records
    #expect(errors == Array(whole.filter { $0.event == .dead }.suffix(2)))
  }

  @Test("One can go on from the end of the log", arguments: Adapters.all)
  func follow(_ adapter: Adapter) throws {
    let shop = try told(adapter)
    let end = try shop.store.log(LogPageRequest(LogFilter(), .last, size: 1)).next
    let nothing = try shop.store.log(LogPageRequest(LogFilter(), .after(end), size: 10))
    #expect(nothing.records.isEmpty && nothing.next == end && !nothing.hasMore)
    _ = try shop.pause()
    let page = try shop.store.log(LogPageRequest(LogFilter(), .after(end), size: 10))
    #expect(page.records.map(\.event) == [.paused])
    #expect(page.next != end)
  }

  @Test("A filter passes over records without giving them again", arguments: Adapters.all)
  func skips(_ adapter: Adapter) throws {
    let shop = try told(adapter)
    var filter = LogFilter()
    filter.levels = .critical ... .critical
    let page = try shop.store.log(LogPageRequest(filter, .after(.start), size: 10))
    #expect(page.records.isEmpty)
    let rest = try shop.store.log(LogPageRequest(LogFilter(), .after(page.next), size: 10))
    #expect(rest.records.isEmpty)
  }

  @Test("Each dimension of a filter selects what it means", arguments: Adapters.all)
  func filters(_ adapter: Adapter) throws {
    let shop = try told(adapter)
    let whole = try shop.log()
    var filters: [LogFilter] = []
    func add(_ edit: (inout LogFilter) throws -> Void) rethrows {
      var filter = LogFilter()
      try edit(&filter)
      filters.append(filter)
    }
    try add { $0.queues.anyOf = [try QueueName("reports")] }
    try add { $0.queues.noneOf = [try QueueName("reports")] }
    try add { $0.types.anyOf = [try JobType("t1"), try JobType("t2")] }
    add { $0.ids = whole.compactMap(\.jobID).suffix(1) }
    try add { $0.tags.anyOf = [try Tag(name: "u", value: "1")] }
    add { $0.levels = .notice ... .critical }
    add { $0.since = whole[2].timestamp }
    add { $0.until = whole[2].timestamp }
    for filter in filters {
      let wanted = whole.filter { filter.matches($0) }
      #expect(!wanted.isEmpty && wanted.count < whole.count, "\(filter)")
      #expect(try Everything.log(of: shop.store, filter, size: 2) == wanted, "\(filter)")
    }
  }

  @Test("A caller's own records are kept whole", arguments: Adapters.all)
  func ownRecords(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var record = LogRecord(.workerStarted, at: shop.now)
    record.worker = "w1"
    record.reason = "because \"ä\"\n"
    var full = LogRecord(.claimed, at: shop.now)
    full.queue = try QueueName("emails")
    full.jobID = JobID(rawValue: 77)
    full.jobType = try JobType("t")
    full.attempt = 3
    full.status = .active
    full.duration = TimeSpan(milliseconds: 12)
    full.error = "e"
    full.exitCode = 1
    full.signal = 2
    full.actor = "a"
    full.tags = [try Tag(name: "u", value: "1 2=\"3\"")]
    try shop.store.record([record, full])
    #expect(try shop.log() == [record, full])
  }
}
