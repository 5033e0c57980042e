import CSQLite
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What was acknowledged is on the disk; what could not be synced is never acknowledged.
@Suite struct DurabilityTests {
  /// SQLITE_IOERR_FSYNC, a macro that Swift cannot import.
  private static let syncFailed = SQLITE_IOERR | 4 << 8

  private let rig: StoreRig
  private let log: HookedFile

  init() throws {
    rig = try StoreRig()
    try rig.add()
    log = try HookedFile.log(of: rig.store)
  }

  @Test func anEnqueueIsSyncedOnceAfterOthersMayGoOn() throws {
    let other = try rig.application(patience: 0)
    let gate = try FileLock.open(rig.path + ".qctl/gate")
    var found: [Int64] = []
    var gateWasFree = false
    log.onSync = {
      gateWasFree = (try? gate.tryLock()) ?? false
      found.append((try? other.number("SELECT ready FROM qctl_queues")) ?? -1)
      #expect((try? other.run("BEGIN IMMEDIATE; ROLLBACK")) != nil)
      return SQLITE_OK
    }
    try rig.add()
    #expect(found == [2])
    #expect(gateWasFree)
  }

  @Test func eachVerbSyncsAsItsPromiseNeeds() throws {
    #expect(try syncs { _ = try rig.add() } == 1)
    #expect(try syncs { try rig.addMany(50) } == 1)
    var claimed: [ClaimedJob] = []
    #expect(try syncs { claimed = try rig.claim(2) } == 0)
    let until = rig.now + .seconds(60)
    #expect(
      try syncs { _ = try rig.store.renew(claimed.map(\.lease), until: until, at: rig.now) } == 0)
    #expect(try syncs { try rig.settle(claimed, .complete(result: nil)) } == 1)
    #expect(try syncs { _ = try rig.purge(claimed[0].job.id) } == 1)
    #expect(try syncs { _ = try rig.store.queues(at: rig.now) } == 0)
  }

  /// Else one that takes the machine down with it would run again and again, and never count.
  @Test(arguments: ["marked = 1", "crashes = 1"])
  func theClaimOfASuspiciousJobIsSynced(how: String) throws {
    try rig.add()
    try rig.application().run("UPDATE qctl_jobs SET \(how)")
    var claimed = 0
    #expect(try syncs { claimed = try rig.claim().count } == 1)
    #expect(claimed == 1)
  }

  /// SQLite removes a rollback journal, and so commits, before it syncs the folder.
  @Test func aFolderThatCannotBeSyncedMeansThatTheOutcomeIsUnknown() {
    let failure = SQLiteFailure(SQLITE_IOERR | 5 << 8, message: "disk I/O error")
    #expect(failure.isFailedSync)
    #expect(failure.storageError(at: "x") == .outcomeUnknown(path: "x", detail: "disk I/O error"))
  }

  @Test func aFailedSyncMeansThatTheOutcomeIsUnknown() throws {
    log.onSync = { Self.syncFailed }
    expectUnknown { try rig.add() }
    log.onSync = { SQLITE_OK }
    expectUnknown { try rig.add() }
    expectUnknown { _ = try rig.claim() }
    expectUnknown { _ = try rig.store.queues(at: rig.now) }
    let fresh = try StoreRig.open(rig.path, for: .write)
    defer { fresh.close() }
    _ = try fresh.enqueue(NewJob(), at: rig.now)
    #expect(try fresh.findings().allSatisfy { $0.grade != .error })
  }

  /// The kernel tells of lost pages once only: the sync after it would say that all is well.
  @Test func aSyncThatFailsInsideACheckpointIsNotForgotten() throws {
    failNextSync()
    expectUnknown { try rig.addLongCommit() }
    expectUnknown { try rig.add() }
  }

  @Test func aDatabaseThatCannotBeSyncedInACheckpointIsNotForgotten() throws {
    let database = try HookedFile.database(of: rig.store)
    database.onSync = { Self.syncFailed }
    expectUnknown { try rig.addLongCommit() }
    expectUnknown { try rig.add() }
  }

  /// The first commit after a complete checkpoint starts the log anew, and syncs its header.
  @Test func aSyncThatFailsInsideACommitIsNotForgotten() throws {
    try rig.addLongCommit()
    failNextSync()
    expectUnknown { try rig.add() }
    expectUnknown { try rig.add() }
  }

  /// A long transaction writes to the log before its commit, and so may start it anew there.
  @Test func aSyncThatFailsBeforeALongCommitIsNotForgotten() throws {
    try rig.addLongCommit()
    failNextSync()
    expectUnknown { try rig.addLongCommit() }
    expectUnknown { try rig.add() }
  }

  /// The next sync of the log fails, and all after it succeed.
  private func failNextSync() {
    var calls = 0
    log.onSync = {
      calls += 1
      return calls == 1 ? Self.syncFailed : SQLITE_OK
    }
  }

  private func syncs(_ body: () throws -> Void) throws -> Int {
    let before = log.syncs
    try body()
    return log.syncs - before
  }

  private func expectUnknown(
    _ place: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    #expect(sourceLocation: place) {
      try body()
    } throws: { error in
      switch error {
      case StorageError.outcomeUnknown, BulkError.storage(.outcomeUnknown): true
      default: false
      }
    }
  }
}
