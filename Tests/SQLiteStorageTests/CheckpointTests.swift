import CSQLite
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// The log is folded in by us alone, only while nobody can reset it, and so it stays short
/// (traps 8 and 10).
@Suite struct CheckpointTests {
  private let rig: StoreRig

  init() throws {
    rig = try StoreRig()
    try rig.add()
  }

  @Test func aCheckpointRunsOnlyWhileTheWriteLockIsHeld() throws {
    let other = try rig.application(patience: 0)
    let database = try HookedFile.database(of: rig.store)
    var seen: [Bool] = []
    database.onLock = { if $0 == .checkpointTaken { seen.append(Self.mayWrite(other)) } }
    try rig.addLongCommit()
    #expect(seen == [false])
    #expect(Self.mayWrite(other))
  }

  @Test func anUnguardedCheckpointWouldBeSeen() throws {
    let other = try rig.application(patience: 0)
    let database = try HookedFile.database(of: rig.store)
    var seen: [Bool] = []
    database.onLock = { if $0 == .checkpointTaken { seen.append(Self.mayWrite(other)) } }
    sqlite3_wal_checkpoint_v2(try rig.store.handle, "main", SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    #expect(seen == [true])
  }

  @Test func theGateIsHeldDuringACheckpoint() throws {
    let gate = try FileLock.open(rig.path + ".qctl/gate")
    let database = try HookedFile.database(of: rig.store)
    var free: [Bool] = []
    database.onLock = { if $0 == .checkpointTaken { free.append((try? gate.tryLock()) ?? true) } }
    try rig.addLongCommit()
    #expect(free == [false])
  }

  @Test func sqliteNeverCheckpointsByItself() throws {
    #expect(try rig.store.connection.scalarText("PRAGMA wal_autocheckpoint") == "0")
    let database = try HookedFile.database(of: rig.store)
    var count = 0
    database.onLock = { if $0 == .checkpointTaken { count += 1 } }
    for _ in 0..<50 { try rig.add() }
    #expect(count == 0)
  }

  @Test func theLogStaysShort() throws {
    var longest: Int64 = 0
    for _ in 0..<100 {
      try rig.addMany(200, payload: 1000)
      longest = max(longest, try logSize())
    }
    #expect(longest < 8 << 20)
  }

  @Test func behindALongReaderTheLogGrowsAndIsCutOffAfterwards() throws {
    let reader = try rig.application()
    try reader.run("BEGIN")
    #expect(try reader.number("SELECT count(*) FROM qctl_jobs") == 1)
    for _ in 0..<100 { try rig.addMany(200, payload: 1000) }
    #expect(try logSize() > Checkpointer.limit)
    #expect(try reader.number("SELECT count(*) FROM qctl_jobs") == 1)
    try reader.run("COMMIT")
    for _ in 0..<100 { try rig.addMany(200, payload: 1000) }
    #expect(try logSize() <= Checkpointer.limit)
    #expect(try rig.problems().isEmpty)
  }

  /// One checkpoint a commit behind a reader would read the whole log again each time.
  @Test func behindALongReaderCheckpointsStayRare() throws {
    let reader = try rig.application()
    try reader.run("BEGIN")
    #expect(try reader.number("SELECT count(*) FROM qctl_jobs") == 1)
    let database = try HookedFile.database(of: rig.store)
    var count = 0
    database.onLock = { if $0 == .checkpointTaken { count += 1 } }
    try rig.addLongCommit()
    for _ in 0..<100 { try rig.add() }
    #expect(count == 1)
  }

  @Test func closingFoldsTheLogIn() throws {
    try rig.addMany(100)
    rig.store.close()
    #expect(!FileSystem.exists(rig.path + "-wal"))
    #expect(try rig.application().number("SELECT count(*) FROM qctl_jobs") == 101)
  }

  /// Whoever writes outside the gate may keep the lock for long; a checkpoint can wait, a commit not.
  @Test func aForeignWriterBehindTheCommitDoesNotHoldItUp() throws {
    let other = try rig.application(patience: 0)
    let database = try HookedFile.database(of: rig.store)
    var taken = false
    database.onLock = { lock in
      guard lock == .writeReleased, !taken else { return }
      taken = (try? other.run("BEGIN IMMEDIATE")) != nil
    }
    var commits: Int64 = 0
    // SQLite would wait for ten seconds.
    let isQuick = try atLeastOnce(of: 5) {
      taken = false
      let start = SystemClock.monotonicNanoseconds()
      try rig.addLongCommit()
      let ended = SystemClock.monotonicNanoseconds()
      commits += 1
      #expect(taken)
      try other.run("ROLLBACK")
      return (ended - start) / 1_000_000 < 5000
    }
    #expect(isQuick)
    try rig.add()
    #expect(try rig.counts() == [.ready: Int64(StoreRig.longCommit) * commits + 2])
  }

  private static func mayWrite(_ database: PlainDatabase) -> Bool {
    guard (try? database.run("BEGIN IMMEDIATE")) != nil else { return false }
    try? database.run("ROLLBACK")
    return true
  }

  private func logSize() throws -> Int64 { try FileSystem.status(of: rig.path + "-wal").size }
}
