import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What the rows stand on: indexes, schema, files beside the store, bulks without a process.
@Suite struct StructureTests {
  private let stage: DoctorRig
  private var rig: StoreRig { stage.rig }

  init() throws { stage = try DoctorRig() }

  /// Makes an index lose its entries, as a fault of a disk or of SQLite might.
  private func emptyIndex(_ name: String) throws {
    let text =
      try stage.application.text(
        "SELECT sql FROM sqlite_master WHERE name = ?", .text(name)) ?? ""
    try stage.damage("PRAGMA writable_schema=ON")
    try stage.damage(
      "UPDATE sqlite_master SET sql = replace(sql, '''ready''', '''gone''') WHERE name = '\(name)'")
    try stage.damage("PRAGMA writable_schema=RESET")
    try stage.damage("REINDEX \(name)")
    try stage.damage("PRAGMA writable_schema=ON")
    try stage.application.run(
      "UPDATE sqlite_master SET sql = ? WHERE name = ?", .text(text), .text(name))
    try stage.damage("PRAGMA writable_schema=RESET")
  }

  @Test func anIndexThatDiffersFromItsTableIsMadeAnew() throws {
    let jobs = try (0..<5).map { _ in try rig.add() }
    try emptyIndex("qctl_jobs_ready")
    #expect(try stage.errors().contains("indexes"))
    #expect(try rig.claim(9).isEmpty)
    #expect(try stage.repair(isDryRun: true).map(\.check) == ["indexes"])
    #expect(try rig.claim(9).isEmpty)
    #expect(try stage.repair().map(\.deed) == [.mended])
    #expect(try stage.errors().isEmpty)
    #expect(try rig.claim(9).map(\.job.id) == jobs)
  }

  @Test func anIndexOrTriggerThatIsMissingIsMadeAgain() throws {
    try rig.add()
    try stage.damage("DROP INDEX qctl_jobs_ready")
    try stage.damage("DROP TRIGGER qctl_enqueue_insert")
    #expect(try stage.errors() == ["schema", "schema"])
    #expect(try stage.repair().map(\.deed) == [.mended, .mended])
    #expect(try stage.errors().isEmpty)
    // Who knows the store without its trigger need not see the new one at once.
    try rig.application().enqueue()
    #expect(try rig.claim(9).count == 2)
  }

  @Test func aTableThatIsMissingIsToldAndNotMadeUp() throws {
    try rig.add()
    try stage.damage("DROP TABLE qctl_payloads")
    #expect(try stage.errors() == ["schema"])
    #expect(try stage.repair().map(\.deed) == [.left])
    #expect(try stage.repair().allSatisfy { $0.remedy != nil })
  }

  @Test func aDamagedFileIsLeftAloneWithAdvice() throws {
    try rig.addLongCommit()
    let page = try stage.application.number(
      "SELECT rootpage FROM sqlite_master WHERE name = 'qctl_jobs'")
    rig.store.close()
    let file = try FileDescriptor.open(rig.path, .readWrite)
    try file.writeAll([UInt8](repeating: 0xff, count: 4096), at: (page - 1) * 4096)
    try file.close()
    let store = try StoreRig.open(rig.path, for: .write)
    defer { store.close() }
    let repairs = try store.repair(RepairRequest(actor: "olga", now: rig.now))
    #expect(!repairs.isEmpty && repairs.allSatisfy { $0.deed == .left })
    #expect(repairs.first?.remedy?.contains(".recover") == true)
  }

  @Test func aTriggerOfSomebodyElseIsNoted() throws {
    try stage.damage("CREATE TABLE seen(id)")
    try stage.damage(
      """
      CREATE TRIGGER watch AFTER INSERT ON qctl_jobs BEGIN INSERT INTO seen VALUES (NEW.id); END
      """)
    #expect(try stage.notes("triggers").map(\.grade) == [.note])
    #expect(try stage.notes("triggers").first?.message.contains("'watch'") == true)
  }

  @Test func filesBesideTheStoreThatOthersMayWriteAreMended() throws {
    try rig.add()
    let gate = rig.path + ".qctl/gate"
    try FileSystem.setPermissions(gate, 0o646)
    try FileSystem.setPermissions(rig.path + ".qctl", 0o777)
    #expect(try stage.errors() == ["folder", "folder"])
    #expect(try stage.repair().map(\.deed) == [.mended, .mended])
    #expect(try FileSystem.status(of: gate).mode == 0o640)
    #expect(try stage.notes("folder").isEmpty)
  }

  @Test func aLinkBesideTheStoreIsToldAndNotFollowed() throws {
    try rig.add()
    let other = rig.scratch.path("other")
    try FileSystem.replaceFile(other, with: [1], mode: 0o666)
    try FileSystem.symbolicLink(rig.path + ".qctl/workers", to: rig.scratch.path)
    try FileSystem.symbolicLink(rig.path + ".qctl/link", to: other)
    #expect(try stage.notes("folder").count == 2)
    #expect(try stage.repair().map(\.deed) == [.left, .left])
    #expect(try FileSystem.status(of: other).mode == 0o666)
  }

  @Test func whatADeadProcessLeftOfABulkIsRemoved() throws {
    try rig.add()
    let bulk = try rig.add().rawValue
    try stage.damage("UPDATE qctl_jobs SET bulk = id WHERE id = \(bulk)")
    try stage.damage(
      "INSERT INTO qctl_bulks(first_id, last_id, bulk, touched_at) VALUES (?, ?, ?, 1)",
      .integer(bulk), .integer(bulk), .integer(bulk))
    try stage.damage("UPDATE qctl_queues SET ready = 1")
    try FileSystem.replaceFile(rig.path + ".qctl/bulk-\(bulk)", with: [])
    #expect(try stage.errors().isEmpty)
    #expect(try stage.notes("bulk").first?.message.contains("was not finished") == true)
    #expect(try stage.repair().map(\.check) == ["bulk"])
    #expect(try stage.notes("bulk").isEmpty)
    #expect(try rig.counts() == [.ready: 1])
  }

  @Test func jobsInTheHandsOfTheDeadAreExplained() throws {
    let dead = try #require(PresenceID(rawValue: 7))
    let missing = try #require(PresenceID(rawValue: 8))
    for id in [dead, missing] {
      try rig.add()
      var request = rig.request()
      request.presence = id
      #expect(try rig.store.claim(request).count == 1)
    }
    try rig.add()
    _ = try rig.claim()
    try stage.damage("UPDATE qctl_jobs SET lease_until = 1 WHERE presence IS NULL")
    let workers = rig.path + ".qctl/workers"
    try FileSystem.makeDirectory(workers)
    try FileSystem.replaceFile("\(workers)/\(dead)", with: [1])
    #expect(try stage.notes("workers").map(\.message.last) == ["1", "1"])
    #expect(try stage.notes("leases").count == 1)
    let lock = try FileLock.open("\(workers)/\(dead)")
    #expect(try lock.tryLock())
    #expect(try stage.notes("workers").count == 1)
    try lock.unlock()
    // They come back by themselves, so there is nothing to mend.
    #expect(try stage.repair().isEmpty)
  }

  @Test func idsOfTheFutureAreTold() throws {
    rig.now = rig.now + .hours(2)
    try rig.add()
    #expect(try stage.notes("clock").map(\.grade) == [.warning])
  }
}
