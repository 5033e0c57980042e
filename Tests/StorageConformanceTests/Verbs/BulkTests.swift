import Jobs
import Storage
import Testing

@Suite struct BulkTests {
  private func jobs(_ count: Int, _ edit: (Int, inout NewJob) -> Void = { _, _ in }) -> [NewJob] {
    (0..<count).map { index in
      var job = NewJob(payload: Array("\(index)".utf8))
      edit(index, &job)
      return job
    }
  }

  @Test("All jobs of a bulk are accepted in their order", arguments: Adapters.all)
  func acceptsAll(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.addAll(jobs(250)) == BulkResult(created: 250, existing: 0))
    let payloads = try shop.listing(size: 100).map { try shop.detail($0.id).payload }
    #expect(payloads == (0..<250).map { Array("\($0)".utf8) })
    #expect(try shop.queue("default")?.count(.ready) == 250)
  }

  @Test("An empty bulk is no error", arguments: Adapters.all)
  func empty(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.addAll([]) == BulkResult())
    #expect(try shop.store.queues(at: shop.now).isEmpty)
  }

  @Test("A source that breaks off undoes everything", arguments: Adapters.all)
  func sourceFails(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(throws: BulkError.source) { try shop.addAll(jobs(20), failing: true) }
    #expect(try shop.listing().isEmpty)
    #expect(try shop.store.queues(at: shop.now).isEmpty)
  }

  @Test("One bad job undoes everything and is named", arguments: Adapters.all)
  func badJob(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let bad = jobs(20) { index, job in if index == 13 { job.maxAttempts = 0 } }
    let error = #expect(throws: BulkError.self) { try shop.addAll(bad) }
    guard case .job(13, .invalid)? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(try shop.listing().isEmpty)
  }

  @Test("A conflict of idempotency keys undoes everything and is named", arguments: Adapters.all)
  func conflict(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let bad = jobs(5) { index, job in if index != 1 { job.idempotencyKey = "same\(index % 3)" } }
    let error = #expect(throws: BulkError.self) { try shop.addAll(bad) }
    guard case .job(3, .keyConflict(let conflict))? = error else {
      return #expect(Bool(false), "\(error as Any)")
    }
    #expect(conflict.kind == .idempotency && conflict.key == "same0")
    #expect(try shop.listing().isEmpty)
    #expect(try shop.add("default") { $0.idempotencyKey = "same0" } == shop.listing().first?.id)
  }

  @Test("Later jobs of a bulk see earlier ones", arguments: Adapters.all)
  func seesItself(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let twins = jobs(10) { index, job in job.uniqueKey = "k\(index % 4)" }
    #expect(try shop.addAll(twins) == BulkResult(created: 4, existing: 6))
    #expect(try shop.listing().count == 4)
  }
}
