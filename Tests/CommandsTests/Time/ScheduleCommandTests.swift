import Jobs
import Storage
import Testing

/// `qctl schedule …` over a memory store; it is 2026-01-01T00:00:00Z.
@Suite struct ScheduleCommandTests {
  private let rig: CommandRig

  init() throws { rig = try CommandRig() }

  private func schedule(_ name: String = "report") throws -> Schedule? {
    try rig.store.schedule(ScheduleName(name))
  }

  @Test func `what was added is shown, and its job made when its time comes`() throws {
    let added = try rig.run(
      "schedule", "add", "report", "30 2 * * *", "--tz", "Europe/Berlin", "-q", "reports", "-t",
      "nightly", "--payload", "{\"month\":7}", "--tag", "a=b", "--priority", "2")
    #expect(
      added.errors
        == "qctl: schedule report was added; it comes next at 2026-01-01T02:30:00+01:00\n")
    #expect(added.status == 0 && added.output.isEmpty)
    rig.now = rig.now + .minutes(91)
    let ids = try rig.run("schedule", "tick", "--ids").lines
    let detail = try #require(
      try ids.first.map { try JobID($0) }.flatMap { try rig.store.job($0) })
    #expect(detail.payload == Array("{\"month\":7}".utf8) && detail.tags.map(\.value) == ["b"])
    #expect(
      detail.job.schedule?.description == "report" && detail.job.type.description == "nightly")
    #expect(try rig.run("schedule", "tick", "--ids").output.isEmpty)
    #expect(try rig.run("schedule", "tick").errors.isEmpty)
  }

  @Test(arguments: [
    (["report"], "say when"), (["report", "@daily", "--every", "1h"], "say when"),
    (["report", "0 0 L * *"], "Quartz"), (["report", "@daily", "--tz", "No/Where"], "No/Where"),
    (["report", "--every", "10ms"], "1 s to 10 years"), (["a b", "@daily"], "may hold only"),
    (["report", "@daily", "--catchup", "some"], "some"),
    (["report", "@daily", "--payload", "1", "--payload-file", "x"], "exclude"),
  ])
  func `a wrong command line adds nothing`(words: [String], part: String) throws {
    let ran = try rig.run(["schedule", "add"] + words)
    #expect(ran.status == 2 && ran.errors.contains(part))
    #expect(try rig.store.schedules().isEmpty)
  }

  @Test func `the same again is no failure, another is one unless it replaces`() throws {
    let words = ["schedule", "add", "report", "@daily", "-t", "nightly"]
    #expect(try rig.run(words).status == 0)
    #expect(try rig.run(words).errors.contains("is there already"))
    let other = words + ["--payload", "1"]
    #expect(try rig.run(other).status == 4)
    #expect(try schedule()?.rule.job.payload == [])
    #expect(try rig.run(other + ["--replace"]).status == 0)
    #expect(try schedule()?.rule.job.payload == Array("1".utf8))
  }

  @Test func `an expression needs no store, and shows both changes of clocks`() throws {
    rig.now = Instant(milliseconds: 1_774_656_000_000)  // 2026-03-28T00:00:00Z
    let words = ["schedule", "next", "30 2 * * *", "--tz", "Europe/Berlin", "-n", "3"]
    rig.trouble = { (_) throws(StorageError) in throw .missing(path: "x") }
    #expect(
      try rig.run(words + ["--format", "{local}"]).lines == [
        "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00",
      ])
    rig.now = Instant(milliseconds: 1_792_800_000_000)  // 2026-10-24T00:00:00Z
    #expect(
      try rig.run(words + ["--ids"]).lines == [
        "2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z",
      ])
  }

  @Test func `the ticks of all schedules come in their order, paused ones left out`() throws {
    for (name, every) in [("a", "10m"), ("b", "15m"), ("c", "1m")] {
      _ = try rig.run("schedule", "add", name, "--every", every)
    }
    _ = try rig.run("schedule", "pause", "c")
    #expect(
      try rig.run("schedule", "next", "-n", "4", "--format", "{schedule} {tick}").lines == [
        "a 2026-01-01T00:10:00.000Z", "b 2026-01-01T00:15:00.000Z", "a 2026-01-01T00:20:00.000Z",
        "a 2026-01-01T00:30:00.000Z",
      ])
    #expect(try rig.run("schedule", "next", "c", "-n", "1").errors.contains("is paused"))
    #expect(try rig.run("schedule", "next", "a", "--tz", "UTC").status == 2)
  }

  @Test func `what came while it was paused is not made up for`() throws {
    _ = try rig.run("schedule", "add", "report", "--every", "10m", "--catchup", "all")
    #expect(try rig.run("schedule", "pause", "report", "--reason", "deploy").status == 0)
    rig.now = rig.now + .minutes(35)
    #expect(try rig.run("schedule", "tick", "--ids").lines.isEmpty)
    #expect(
      try rig.run("schedule", "resume", "report").errors
        == "qctl: schedule report goes on; it comes next at 2026-01-01T00:40:00+00:00\n")
    #expect(try rig.run("schedule", "tick", "--ids").lines.isEmpty)
    #expect(try rig.run("schedule", "resume", "report").errors.contains("is not paused"))
    rig.now = rig.now + .minutes(16)
    #expect(try rig.run("schedule", "tick", "--ids").lines.count == 2)
  }

  @Test(arguments: ["show", "next", "pause", "resume", "remove", "run", "list"])
  func `a name that nobody has is told, with the nearest, and nothing is done`(
    verb: String
  ) throws {
    _ = try rig.run("schedule", "add", "report", "@daily")
    let ran = try rig.run("schedule", verb, "repotr")
    #expect(ran.status == 1)
    #expect(ran.errors == "qctl: no schedule 'repotr'; did you mean 'report'?\n")
    if verb != "show", verb != "next" {
      #expect(try rig.run("schedule", verb, "report", "repotr").status == 1)
    }
    let left = try #require(try schedule())
    #expect(!left.isPaused)
    #expect(try rig.store.queues(at: rig.now).isEmpty)
  }

  @Test func `run makes the job now, and the log keeps who did so`() throws {
    _ = try rig.run("schedule", "add", "report", "@daily", "-q", "reports")
    let before = try schedule()
    let ran = try rig.run("schedule", "run", "report", "--reason", "again")
    let id = try JobID(try #require(ran.lines.first))
    let job = try #require(try rig.store.job(id)?.job)
    #expect(job.state == .ready && job.schedule?.description == "report" && job.runAt == rig.now)
    #expect(try schedule() == before)
    let log = try rig.run("tail", "-o", "cat", "-n", "1").output
    #expect(
      log.contains("actor=tester") && log.contains("reason=again")
        && log.contains("schedule=report"))
  }

  @Test func `a zone that this host does not know stops no other schedule`() throws {
    _ = try rig.run("schedule", "add", "report", "--every", "10m")
    let name = try ScheduleName("strange")
    let rule = ScheduleRule(.every(.minutes(5)), zone: "No/Where", job: NewJob())
    let strange = Schedule(name, rule, createdAt: rig.now, next: rig.now + .minutes(5))
    _ = try rig.store.put(PutScheduleRequest(strange, actor: "x", now: rig.now))
    rig.now = rig.now + .minutes(10)
    let ran = try rig.run("schedule", "tick", "--ids")
    #expect(ran.status == 3 && ran.lines.count == 1)
    #expect(ran.errors.contains("schedule strange cannot be fired here: no time zone 'No/Where'"))
  }

  @Test func `the names of schedules complete`() throws {
    _ = try rig.run("schedule", "add", "report", "30 2 * * *")
    let ran = try rig.run("__complete", "schedule", "show", "re")
    #expect(ran.lines.first == "report\t30 2 * * *")
  }
}
