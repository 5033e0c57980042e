import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// Batches and schedules whose rows make no sense.
@Suite struct TieRepairTests {
  private let stage: DoctorRig
  private var rig: StoreRig { stage.rig }

  init() throws { stage = try DoctorRig() }

  private func accept(_ count: Int) throws -> BatchResult {
    var left = count
    let follower = NewJob(queue: try QueueName("then"))
    let result = try rig.store.enqueueAll(
      at: rig.now, as: NewBatch(name: "night", follower: follower)
    ) { () throws(BulkSourceError) in
      left -= 1
      return left < 0 ? nil : NewJob()
    } progress: { _ in
    }
    return try #require(result.batch)
  }

  @Test func `a batch whose jobs are lost ends, and who waits for it is told`() throws {
    let batch = try accept(2)
    #expect(try stage.errors().isEmpty)
    try stage.damage(
      "DELETE FROM qctl_payloads WHERE id IN (SELECT id FROM qctl_jobs WHERE batch > 0)")
    try stage.damage("DELETE FROM qctl_jobs WHERE batch > 0")
    #expect(try stage.errors().contains("batches"))
    #expect(try stage.repair(isDryRun: true).contains { $0.check == "batches" })
    #expect(try rig.store.batch(batch.id)?.unfinished == 2)
    #expect(try stage.repair().contains { $0.check == "batches" && $0.deed == .mended })
    let mended = try #require(try rig.store.batch(batch.id))
    #expect(mended.cancelled == 2 && mended.finishedAt == rig.now)
    #expect(try stage.errors().isEmpty)
  }

  @Test(
    "Counts of batches are set right",
    arguments: [
      "completed = 1", "total = 1", "completed = 9, total = 9, finished_at = 5", "finished_at = 5",
      "cancelled = 7", "dead = 2, finished_at = 5",
    ])
  func counts(_ damage: String) throws {
    let batch = try accept(2)
    try stage.damage("UPDATE qctl_batches SET \(damage)")
    #expect(try stage.errors() == ["batches"])
    _ = try stage.repair()
    #expect(try stage.errors().isEmpty)
    let mended = try #require(try rig.store.batch(batch.id))
    #expect(mended.unfinished == 2 && mended.finishedAt == nil)
  }

  @Test func `a schedule that can't be read is put away, and others fire on`() throws {
    for name in ["a", "b"] {
      let rule = ScheduleRule(.every(.minutes(10)), catchup: .all, overlap: .allow, job: NewJob())
      let schedule = Schedule(
        try ScheduleName(name), rule, createdAt: rig.now, next: rig.now + .minutes(10))
      _ = try rig.store.put(PutScheduleRequest(schedule, actor: "ann", now: rig.now))
    }
    #expect(try stage.errors().isEmpty)
    try stage.damage("UPDATE qctl_schedules SET rule = 'no rule' WHERE name = 'a'")
    #expect(try stage.errors() == ["schedules"])
    #expect(try stage.repair(isDryRun: true).map(\.deed) == [.quarantined])
    #expect(try stage.repair().map(\.deed) == [.quarantined])
    #expect(try stage.errors().isEmpty)
    #expect(try rig.store.schedules().map(\.name.description) == ["b"])
    let row = try #require(try stage.quarantined().first)
    #expect(row[1]?.hasPrefix("INSERT INTO qctl_schedules(name, ") ?? false)
    #expect(row[1]?.contains("'no rule'") ?? false)
  }
}
