import Jobs
import SQLiteStorage
import Storage
import Synchronization
import Testing

/// A store whose caller may lose patience.
@Suite struct StopWishTests {
  private let rig: StoreRig
  private let wish = Wish()

  init() throws {
    rig = try StoreRig()
    try rig.addMany(3000, payload: 50)
  }

  private func open(_ intent: StoreIntent) throws -> SQLiteStore {
    try SQLiteStore(rig.path, for: intent, stop: { [wish] in wish.isMade }) { 7 }
  }

  /// A question that has to look at every payload.
  private var long: JobPageRequest {
    var filter = JobFilter()
    filter.errors.anyOf = ["nowhere"]
    filter.states.anyOf = [.ready]
    return JobPageRequest(filter, size: 10, now: rig.now)
  }

  @Test func `who only looks is let go, and may ask again`() throws {
    let store = try open(.read)
    defer { store.close() }
    wish.make(true)
    #expect(throws: StorageError.busy(path: rig.path, detail: "the answer took too long")) {
      while true { _ = try store.page(long) }
    }
    wish.make(false)
    #expect(try store.page(long).jobs == [])
  }

  @Test func `who waits for a lock is let go, and nothing is changed`() throws {
    let store = try open(.write)
    defer { store.close() }
    let application = try rig.application()
    try application.run("BEGIN IMMEDIATE")
    wish.make(true)
    #expect(throws: StorageError.busy(path: rig.path, detail: "another process kept it locked")) {
      _ = try store.enqueue(NewJob(), at: rig.now)
    }
    try application.run("COMMIT")
    #expect(try rig.store.queues(at: rig.now).first?.count(.ready) == 3000)
  }

  @Test func `a change that has begun is not given up`() throws {
    let store = try open(.write)
    defer { store.close() }
    wish.make(true)
    var left = 3000
    _ = try store.enqueueAll(
      at: rig.now,
      from: { () throws(BulkSourceError) -> NewJob? in
        left -= 1
        return left >= 0 ? NewJob() : nil
      }, progress: { _ in })
    #expect(try rig.store.queues(at: rig.now).first?.count(.ready) == 6000)
  }
}

/// Whether somebody wishes that it stop.
private final class Wish: Sendable {
  private let state = Atomic(false)

  var isMade: Bool { state.load(ordering: .relaxed) }

  func make(_ isMade: Bool) { state.store(isMade, ordering: .relaxed) }
}
