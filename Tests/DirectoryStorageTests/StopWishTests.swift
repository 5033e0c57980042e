import DirectoryStorage
import Jobs
import Storage
import TestSupport
import Testing

/// A store whose caller has lost patience.
@Suite struct StopWishTests {
  private let scratch: ScratchDirectory
  private let now = Instant(milliseconds: 1_767_225_600_000)

  init() throws { scratch = try ScratchDirectory() }

  @Test func `who only looks is let go, who writes is not`() throws {
    let path = scratch.path("store")
    let writer = try DirectoryStore(path, for: .create, stop: { true }) { 7 }
    _ = try writer.enqueue(NewJob(), at: now)
    writer.close()
    let reader = try DirectoryStore(path, for: .read, stop: { true }) { 7 }
    defer { reader.close() }
    #expect(throws: StorageError.busy(path: path, detail: "the answer took too long")) {
      _ = try reader.queues(at: now)
    }
    #expect(throws: StorageError.busy(path: path, detail: "the answer took too long")) {
      _ = try reader.page(JobPageRequest(JobFilter(), size: 10, now: now))
    }
  }
}
