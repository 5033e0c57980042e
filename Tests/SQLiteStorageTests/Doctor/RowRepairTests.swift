import Jobs
import PosixIO
import Storage
import Synchronization
import Testing

@testable import SQLiteStorage

/// Rows that no door of ours would have let in: told, and mended or put away, and no other job
/// notices.
@Suite struct RowRepairTests {
  private let stage: DoctorRig
  private var rig: StoreRig { stage.rig }

  init() throws { stage = try DoctorRig() }

  struct Case: CustomTestStringConvertible {
    let check: String
    let sql: String
    let deed: Repair.Deed
    var testDescription: String { sql }

    init(_ check: String, _ sql: String, _ deed: Repair.Deed) {
      (self.check, self.sql, self.deed) = (check, sql, deed)
    }
  }

  /// `J` is the one job that is damaged.
  static let cases = [
    Case("jobs", "UPDATE qctl_jobs SET type = 'no name' WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET queue = '../x' WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET state = 'lost' WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET priority = 10 WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET run_at = 'soon' WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET queue = x'0001' WHERE id = J", .quarantined),
    Case("jobs", "UPDATE qctl_jobs SET id = -5, type = 'a' WHERE id = J", .quarantined),
    Case("payloads", "DELETE FROM qctl_payloads WHERE id = J", .quarantined),
    Case("payloads", "DELETE FROM qctl_jobs WHERE id = J", .quarantined),
    Case("attempts", "UPDATE qctl_attempts SET job_id = 77 WHERE job_id = J", .quarantined),
    Case("attempts", "DELETE FROM qctl_attempts WHERE job_id = J", .quarantined),
    Case("bulk", "UPDATE qctl_jobs SET bulk = 99 WHERE id = J", .quarantined),
    Case("times", "UPDATE qctl_jobs SET finished_at = 5 WHERE id = J", .mended),
    Case("times", "UPDATE qctl_jobs SET state = 'dead' WHERE id = J", .mended),
    Case("order", "UPDATE qctl_jobs SET ord = -1 WHERE id = J", .mended),
    Case("keys", "UPDATE qctl_jobs SET held_key = 'another' WHERE id = J", .mended),
    Case(
      "keys",
      """
      UPDATE qctl_jobs SET state = 'completed', finished_at = 1, held_key = 'k', unique_key = 'k'
      WHERE id = J
      """, .mended),
    Case("leases", "UPDATE qctl_jobs SET state = 'active' WHERE id = J", .mended),
    Case("leases", "UPDATE qctl_jobs SET token = 1, presence = 2 WHERE id = J", .mended),
    Case("counts", "UPDATE qctl_queues SET ready = 70, dead = -9223372036854775808", .mended),
    Case("counts", "DELETE FROM qctl_queues", .mended),
  ]

  @Test(arguments: cases)
  func isFoundAndRepairedAndNothingElseIsTouched(_ damage: Case) throws {
    let job = try stage.triedJob()
    let others = try (0..<3).map { _ in try rig.add() }
    #expect(try stage.errors().isEmpty)
    try stage.damage(damage.sql.replacing("J", with: String(job.rawValue)))

    #expect(try stage.errors().contains(damage.check))
    let before = try stage.dump()
    let planned = try stage.repair(isDryRun: true)
    #expect(planned.contains { $0.check == damage.check && $0.deed == damage.deed })
    #expect(try stage.dump() == before)

    let done = try stage.repair()
    #expect(done.contains { $0.check == damage.check && $0.deed == damage.deed })
    #expect(try stage.errors().isEmpty)
    #expect(try stage.repair().isEmpty)
    #expect(Set(try rig.claim(9).map(\.job.id)).isSuperset(of: others))
    #expect(try stage.errors().isEmpty)
  }

  @Test func theLogTellsOfEachRepairWithWhoAndWhy() throws {
    let job = try stage.triedJob()
    try stage.damage("DELETE FROM qctl_payloads")
    _ = try stage.repair()
    let records = try rig.store.log(LogPageRequest(LogFilter(), .after(.start), size: 100)).records
    let repaired = records.filter { $0.event == .repaired }
    #expect(repaired.map(\.jobID) == [job])
    #expect(repaired.first?.actor == "olga")
    #expect(repaired.first?.reason == "tests")
    #expect(repaired.first?.error == "job without a payload: put into quarantine")
  }

  @Test func whatWasPutAwayCanBePutBack() throws {
    let job = try stage.triedJob()
    let before = try stage.dump()
    try stage.damage("UPDATE qctl_jobs SET error = 'a' || char(0) || '''b'")
    try stage.damage("UPDATE qctl_jobs SET type = 'no name'")
    #expect(try stage.repair().map(\.deed) == [.quarantined])
    #expect(try rig.store.job(job) == nil)
    #expect(try rig.store.queues(at: rig.now).first?.counts.values.allSatisfy { $0 == 0 } == true)
    let rows = try stage.quarantined()
    #expect(rows.count == 4)
    for row in rows { try stage.damage(row[1] ?? "") }
    #expect(try stage.application.text("SELECT hex(error) FROM qctl_jobs") == "61002762")
    try stage.damage("UPDATE qctl_jobs SET error = 'boom', type = 'default'")
    try stage.damage("UPDATE qctl_queues SET retrying = 1")
    try stage.damage("DELETE FROM qctl_log WHERE event = 'repaired'")
    #expect(try stage.dump() == before)
  }

  @Test func aRowOfANumberThatWasUsedIsNotMadeAgain() throws {
    let last = try rig.add()
    try stage.damage("DELETE FROM qctl_payloads")
    _ = try stage.repair()
    rig.now = Instant(milliseconds: rig.now.milliseconds - 1000)
    #expect(try rig.add() > last)
  }

  @Test func manyRowsAreMendedInStepsThatNobodyWaitsForLong() throws {
    try rig.addMany(1000)
    try stage.damage("UPDATE qctl_jobs SET ord = 0 WHERE id % 2 = 0")
    try stage.damage("DELETE FROM qctl_payloads WHERE id % 3 = 0")
    let wrong = try stage.application.number(
      "SELECT count(*) FROM qctl_jobs WHERE id % 2 = 0 AND id % 3 <> 0")
    let lost = try stage.application.number("SELECT count(*) FROM qctl_jobs WHERE id % 3 = 0")
    let traced = try StatementTrace.count(of: rig.store, "BEGIN IMMEDIATE") {
      _ = try stage.repair()
    }
    #expect(traced >= Int((wrong + lost) / 100))
    #expect(try stage.errors().isEmpty)
    #expect(try rig.counts() == [.ready: 1000 - lost])
  }

  @Test func aWorkerAndAProducerGoOnDuringARepair() throws {
    try rig.addMany(500)
    try stage.damage("UPDATE qctl_jobs SET ord = 0")
    try stage.damage("UPDATE qctl_queues SET ready = 3")
    let other = try StoreRig.open(rig.path, for: .write)
    defer { other.close() }
    let isOver = Stop()
    let (now, request) = (rig.now, rig.request(3))
    let thread = try Thread.start {
      while !isOver.isSet {
        _ = try? other.enqueue(NewJob(payload: [1]), at: now)
        guard let taken = try? other.claim(request) else { continue }
        let settlements = taken.map { Settlement($0.lease, .complete(result: nil)) }
        _ = try? other.settle(settlements, thenClaim: nil, at: now)
      }
    }
    _ = try stage.repair()
    isOver.set()
    thread.join()
    #expect(try stage.errors().isEmpty)
  }

  @Test func onlyOneRepairGoesOnAtATime() throws {
    let other = try StoreRig.open(rig.path, for: .write)
    defer { other.close() }
    _ = try stage.repair()
    let lock = try FileLock.open(rig.path + ".qctl/repair")
    #expect(try lock.tryLock())
    #expect(throws: StorageError.busy(path: rig.path, detail: "another repair is under way")) {
      _ = try stage.repair()
    }
    try lock.unlock()
    #expect(try stage.repair().isEmpty)
  }
}

/// Tells a thread to stop.
private final class Stop: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
