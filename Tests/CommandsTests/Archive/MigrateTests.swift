import MemoryStorage
import Jobs
import Storage
import TestSupport
import Testing

@testable import Commands

@Suite struct MigrateTests {
  let rig: ArchiveRig

  init() throws { rig = try ArchiveRig() }

  private func migrate(_ words: String...) throws -> ArchiveRig.Ran {
    switch words.count {
    case 0: try rig.run("migrate", "--from", "/a", "--to", "/b")
    default: try rig.run("migrate", "--from", "/a", "--to", "/b", words[0])
    }
  }

  private func queue(_ name: String, of store: any StorageAdapter) throws -> QueueSummary? {
    try store.queues(at: rig.now).first { $0.queue.description == name }
  }

  @Test func `everything moves, and is compared`() throws {
    try rig.fill()
    let before = body(try rig.run("export", "--store", "/a").output)
    let ran = try migrate("--json")
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(ran.errors.contains("4 jobs on both sides, sha256 "))
    #expect(ran.errors.contains("moved 4 jobs, 1 remembered request, 2 minutes"))
    #expect(
      ran.lines.contains(
        #"{"queue":"emails","state":"completed","source":1,"target":1}"#))
    let after = body(try rig.run("export", "--store", "/b").output)
    // The log has the pauses of the source besides.
    #expect(after.prefix(before.count) == before[...])
    #expect(after.dropFirst(before.count).allSatisfy { $0.contains("\"event\":\"paused\"") })
  }

  @Test func `the source stays paused, and the target is as the source was`() throws {
    try rig.fill()
    _ = try migrate()
    #expect(try queue("emails", of: rig.a)?.pauseReason == "qctl migrate: moved to memory:/b")
    #expect(try queue("reports", of: rig.a)?.pauseReason?.contains("deploy: now") == true)
    #expect(try queue("reports", of: rig.a)?.pausedUntil == nil)
    #expect(try queue("emails", of: rig.b)?.paused == false)
    #expect(try queue("reports", of: rig.b)?.pauseReason == "deploy: now")
    #expect(try queue("reports", of: rig.b)?.pausedUntil == rig.now + .hours(2))
    #expect(try rig.b.retention(of: QueueName("emails")).completed == .forever)
  }

  @Test func `once moved it says so and touches neither store`() throws {
    try rig.fill()
    _ = try migrate()
    try rig.settle(try rig.claim(from: rig.b), .putBack)
    let before = try rig.run("export", "--store", "/b").lines.dropLast()
    let again = try migrate()
    #expect(again.status == 0)
    #expect(again.errors.contains("everything is in /b already; nothing was changed"))
    #expect(try rig.run("export", "--store", "/b").lines.dropLast() == before)
    try rig.add()
    let later = try migrate()
    #expect(later.status == 3)
    #expect(later.errors.contains("1 of its jobs is not there"))
  }

  @Test func `active jobs refuse it before anything is changed`() throws {
    try rig.add()
    _ = try rig.claim()
    let ran = try migrate()
    #expect(ran.status == 75)
    #expect(ran.errors.contains("1 job is active in the source: stop its workers"))
    #expect(try queue("emails", of: rig.a)?.paused == false)
    #expect(try rig.b.queues(at: rig.now).isEmpty)
    #expect(try migrate("--dry-run").status == 75)
  }

  @Test func `a store does not move into itself`() throws {
    let ran = try rig.run("migrate", "--from", "/a", "--to", "sqlite:/a")
    #expect(ran.status == 2)
    #expect(try rig.run("migrate", "--from", "/a").status == 2)
  }

  @Test func `a dry run tells what there is and changes nothing`() throws {
    try rig.fill()
    let before = try rig.run("export", "--store", "/a").output
    let ran = try migrate("--dry-run")
    #expect(ran.errors.hasPrefix("qctl: would move 2 queues, 4 jobs, "))
    #expect(try rig.run("export", "--store", "/a").output == before)
    #expect(try rig.b.queues(at: rig.now).isEmpty)
  }

  @Test func `stopped and run again it goes on, with the pauses of before`() throws {
    try rig.fill()
    for _ in 0..<1000 { try rig.add() }
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > 2
    }
    #expect(try migrate().status == 130)
    #expect(try queue("emails", of: rig.b)?.paused == true)
    rig.isAskedToStop = { false }
    // Jobs that are enqueued meanwhile come along.
    let late = try rig.add("late")
    let ran = try migrate()
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(try rig.b.job(late) == rig.a.job(late))
    #expect(try queue("emails", of: rig.b)?.paused == false)
    #expect(try queue("reports", of: rig.b)?.pauseReason == "deploy: now")
  }

  @Test func `a job that differs is named, and everything stays paused`() throws {
    let id = try rig.add()
    let detail = try #require(try rig.a.job(id))
    var other = detail
    other.payload = [1]
    _ = try rig.b.restore([.job(other)], at: rig.now)
    let ran = try migrate()
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(id) is there with other content"))
    #expect(ran.errors.contains("1 of 1 job differ"))
    #expect(try queue("emails", of: rig.b)?.paused == true)
    #expect(try rig.b.job(id)?.payload == [1])
    _ = try rig.run("purge", "--store", "/b", "\(id)", "--yes")
    #expect(try migrate().status == 0)
    #expect(try rig.b.job(id) == detail)
  }

  @Test func `what the target cannot keep is told`() throws {
    try rig.fill()
    rig.keepsMinutes = false
    let ran = try migrate()
    #expect(ran.status == 0)
    #expect(ran.errors.contains("of minutes: it has no clock"))
  }

  @Test(arguments: [nil, "", "deploy", "a: b; it was paused until never"])
  func `a mark tells how a queue was paused before`(_ reason: String?) throws {
    let now = rig.now
    for until in [nil, now] {
      for isPaused in [false, true] {
        var queue = QueueArchive(queue: try QueueName("q"))
        if isPaused { (queue.paused, queue.pausedUntil, queue.pauseReason) = (true, until, reason) }
        var mark = MigrationMark(queue, to: "sqlite:/a b/c.db")
        mark.isDone = isPaused
        let read = try #require(MigrationMark(mark.text))
        #expect(read == mark)
        #expect(read.original(QueueArchive(queue: queue.queue)) == queue)
      }
    }
    #expect(MigrationMark("deploy") == nil)
  }
}
