import Jobs
import PosixIO
import Storage
import Testing

@testable import SQLiteStorage

/// What a process leaves behind that dies while it stages a bulk.
@Suite(.serialized) struct AbandonedTests {
  private let shop: BulkRig

  init() throws {
    shop = try BulkRig()
    _ = try shop.other.enqueue(NewJob(queue: try QueueName("elsewhere")), at: shop.now)
  }

  /// A process in the middle of its bulk, 1,000 jobs of which are staged.
  private func stage() throws -> ChildProcess {
    let bench = try HelperProcess.bench()
    let child = try HelperProcess.start("sleep 600 | '\(bench)' bulk 5000 '\(shop.rig.path)' 1001")
    #expect(try shop.leftovers() == [1000, 1, 1])
    return child
  }

  /// Kills the process, and returns once the kernel has given its lock back.
  private func kill(_ child: ChildProcess) throws {
    let bulk = try shop.rig.application().number("SELECT bulk FROM qctl_bulks")
    try HelperProcess.end(child)
    let lock = try FileLock.open(shop.rig.path + ".qctl/bulk-\(bulk)")
    #expect(try lock.lock(deadline: SystemClock.monotonicNanoseconds() + 60_000_000_000))
  }

  private func expectNothing() throws {
    #expect(try shop.counts() == [:])
    #expect(try shop.listing().count == 1)
    #expect(try shop.problems().isEmpty)
  }

  @Test func aClaimRemovesWhatADeadProcessStaged() throws {
    try kill(try stage())
    try expectNothing()
    #expect(try shop.leftovers() == [1000, 1, 1])
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
    try expectNothing()
    #expect(try shop.rig.application().number("SELECT count(*) FROM qctl_payloads") == 1)
  }

  @Test func theNextBulkRemovesWhatADeadProcessStaged() throws {
    try kill(try stage())
    try shop.bulk(10)
    #expect(try shop.leftovers() == [10, 1, 0])
    #expect(try shop.counts() == [.ready: 10])
  }

  @Test func aStoppedProcessKeepsItsBulkAndHoldsNobodyUp() throws {
    let child = try stage()
    defer { try? HelperProcess.end(child) }
    try Signal.stop.send(toGroup: child.pid)
    // Whatever it held back would be held back for ever.
    #expect(try shop.claim().isEmpty)
    try shop.bulk(20)
    #expect(try shop.claim(20).count == 4)
    #expect(try shop.leftovers()[0] >= 1000)
    #expect(try shop.counts() == [.ready: 16, .active: 4])
  }

  /// Without a file that could be locked, only a long silence tells.
  @Test func aBulkWithoutAFileIsKeptForALongTime() throws {
    try kill(try stage())
    let own = try shop.rig.application()
    let bulk = try own.number("SELECT bulk FROM qctl_bulks")
    try FileSystem.unlink(shop.rig.path + ".qctl/bulk-\(bulk)")
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [1000, 1, 0])
    try own.run("UPDATE qctl_bulks SET touched_at = touched_at - 4000000")
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
  }
}
