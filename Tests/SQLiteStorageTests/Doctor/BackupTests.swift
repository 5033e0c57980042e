import CSQLite
import Jobs
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// Copies of a store in use.
@Suite struct BackupTests {
  private let rig: StoreRig
  private var target: String { rig.scratch.path("copy.db") }

  init() throws { rig = try StoreRig() }

  private func backup(_ progress: (Int64, Int64) -> Void = { _, _ in }) throws -> BackupReport {
    try rig.store.backup(to: target, at: rig.now, progress: progress)
  }

  private func sideFiles() throws -> [String] {
    try FileSystem.entries(of: rig.scratch.path).map(\.name).filter { $0.hasPrefix("copy.db") }
  }

  @Test func aCopyIsAWholeStoreThatOnlyItsOwnerCanRead() throws {
    try rig.addMany(20)
    let report = try backup()
    #expect(report.jobs == 20)
    #expect(try FileSystem.status(of: target).size == report.bytes)
    #expect(try FileSystem.status(of: target).mode == 0o600)
    #expect(try sideFiles() == ["copy.db"])
    let copy = try StoreRig.open(target, for: .write)
    defer { copy.close() }
    #expect(try copy.findings().allSatisfy { $0.grade == .ok || $0.grade == .note })
    #expect(try copy.claim(rig.request(30)).count == 20)
    #expect(try rig.counts() == [.ready: 20])
  }

  @Test func aCopyKeepsTheLogAndTheTablesOfTheApplication() throws {
    let application = try rig.application()
    try application.run("CREATE TABLE orders(name TEXT)")
    try application.run("INSERT INTO orders(rowid, name) VALUES (77, 'tea')")
    _ = try backup()
    let copy = try PlainDatabase(target)
    #expect(try copy.text("PRAGMA journal_mode") == "wal")
    #expect(try copy.number("SELECT rowid FROM orders") == 77)
  }

  @Test func writersGoOnMeanwhileAndTheCopyIsOfOneMoment() throws {
    try rig.addMany(6000, payload: 2000)
    let application = try rig.application(patience: 0)
    var steps: [Int64] = []
    let report = try backup { done, total in
      // A write between any two steps, which waits for nobody.
      #expect(throws: Never.self) { try application.enqueue() }
      #expect(throws: Never.self) { try self.rig.add() }
      #expect(steps.last.map { $0 < done } ?? true)
      #expect(done <= total)
      steps.append(done)
    }
    #expect(steps.count > 2)
    #expect(report.jobs == 6000)
    #expect(try rig.counts() == [.ready: 6000 + 2 * Int64(steps.count)])
  }

  @Test func withARollbackJournalWritersAreHeldUpOnlyAfterTheyMadeItBeginAnew() throws {
    rig.store.close()
    let application = try rig.application(patience: 0)
    try application.run("PRAGMA journal_mode=DELETE")
    let store = try StoreRig.open(rig.path, for: .write)
    defer { store.close() }
    for _ in 0..<12 {
      try application.enqueue("INSERT", ["payload": .bytes([UInt8](repeating: 7, count: 250_000))])
    }
    try application.run("CREATE TABLE more(x)")
    try application.run(
      """
      WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80)
      INSERT INTO more SELECT zeroblob(100000) FROM n
      """)
    var written: Int64 = 0
    let report = try store.backup(to: target, at: rig.now) { _, _ in
      if (try? application.enqueue()) != nil { written += 1 }
    }
    #expect(written > 0)
    #expect((12...12 + written).contains(report.jobs))
    let copy = try StoreRig.open(target, for: .read)
    defer { copy.close() }
    #expect(try copy.findings().allSatisfy { $0.grade != .error })
  }

  @Test(arguments: ["", "-wal", "-journal", "-shm"])
  func nothingIsReplacedNorTakenForThePartOfACopy(_ suffix: String) throws {
    try FileSystem.replaceFile(target + suffix, with: [1, 2])
    #expect(throws: StorageError.self) { try backup() }
    #expect(try FileSystem.readFile(target + suffix, limit: 9) == [1, 2])
    #expect(try sideFiles() == ["copy.db" + suffix])
  }

  @Test func aPlaceThatCannotBeWrittenLeavesNothing() throws {
    #expect(throws: StorageError.self) {
      try rig.store.backup(
        to: rig.scratch.path("none/copy.db"), at: rig.now, progress: { _, _ in })
    }
    #expect(try sideFiles().isEmpty)
  }

  @Test func aStoreThatIsDamagedGivesNoCopy() throws {
    try rig.addLongCommit()
    let page = try rig.application().number(
      "SELECT rootpage FROM sqlite_master WHERE name = 'qctl_jobs'")
    rig.store.close()
    let file = try FileDescriptor.open(rig.path, .readWrite)
    try file.writeAll([UInt8](repeating: 0xff, count: 4096), at: (page - 1) * 4096)
    try file.close()
    let store = try StoreRig.open(rig.path, for: .read)
    defer { store.close() }
    do {
      _ = try store.backup(to: target, at: rig.now, progress: { _, _ in })
      Issue.record("it was copied")
    } catch {
      guard case .corrupt(rig.path, _) = error else { throw error }
    }
    #expect(try sideFiles().isEmpty)
  }

  @Test func whatAKilledProcessLeftIsToldOfAndALivingOnesIsNot() throws {
    let dead = target + ".abc.qctl-partial"
    let living = target + ".def.qctl-partial"
    let beside = rig.path + ".ghi.qctl-partial"
    for path in [dead, living, beside] { try FileSystem.replaceFile(path, with: [1]) }
    let lock = try FileLock.open(living)
    #expect(try lock.tryLock())
    #expect(try backup().leftovers == [dead])
    let found = try rig.store.findings().filter { $0.check == "leftovers" }
    #expect(found.map(\.grade) == [.note])
    #expect(found.first?.message.hasPrefix(beside) == true)
    try lock.unlock()
  }

  @Test func aBulkThatIsNotAcceptedYetIsNoJobOfTheCopy() throws {
    try rig.add()
    let bulk = try rig.add().rawValue
    let application = try rig.application()
    try application.run("UPDATE qctl_jobs SET bulk = id WHERE id = ?", .integer(bulk))
    try application.run(
      "INSERT INTO qctl_bulks(first_id, last_id, bulk, touched_at) VALUES (?1, ?1, ?1, 1)",
      .integer(bulk))
    #expect(try backup().jobs == 1)
  }
}
