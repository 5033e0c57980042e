import Jobs
import PosixIO
import Storage
import TestSupport

@testable import SQLiteStorage

/// A store that a test damages behind its back, has looked over and repaired.
final class DoctorRig {
  let rig: StoreRig
  let application: PlainDatabase

  init() throws {
    rig = try StoreRig()
    application = try rig.application()
    // As a program that knows no better, or a disk.
    try application.run("PRAGMA ignore_check_constraints=ON")
  }

  /// Runs SQL on the file, as somebody else.
  func damage(_ sql: String, _ values: PlainDatabase.Value...) throws {
    _ = try application.rows(sql, values)
  }

  /// What is wrong, by check.
  func errors() throws -> [String] { try rig.problems().map(\.check) }

  func notes(_ check: String) throws -> [Finding] {
    try rig.store.findings().filter { $0.check == check && $0.grade != .ok }
  }

  func repair(isDryRun: Bool = false) throws -> [Repair] {
    try rig.store.repair(
      RepairRequest(actor: "olga", reason: "tests", isDryRun: isDryRun, now: rig.now))
  }

  func quarantined() throws -> [[String?]] {
    try application.rows("SELECT reason, content FROM qctl_quarantine ORDER BY number")
  }

  /// Everything that is stored of jobs, queues and the quarantine, as SQLite quotes it.
  func dump() throws -> [[String?]] {
    try ["qctl_jobs", "qctl_payloads", "qctl_attempts", "qctl_outputs", "qctl_queues", "qctl_log"]
      .flatMap { try application.rows("SELECT * FROM \($0)") }
  }

  /// A job that was tried once, with output.
  func triedJob() throws -> JobID {
    let id = try rig.add()
    let claimed = try rig.claim()
    var settlement = Settlement(claimed[0].lease, .fail(retryAfter: .hours(1)))
    settlement.error = "boom"
    settlement.output = Array("said".utf8)
    _ = try rig.store.settle([settlement], thenClaim: nil, at: rig.now)
    return id
  }
}
