import Jobs
import MemoryStorage
import Storage
import TestSupport
import Testing

@Suite struct ScheduleArchiveTests {
  private let rig: ArchiveRig

  init() throws {
    rig = try ArchiveRig()
    for words in [
      ["nightly", "30 2 * * *", "--tz", "Europe/Berlin", "--payload", "{\"a\":[1, 2]}"],
      [
        "poll", "--every", "10m", "--payload", "plain", "--tag", "x=y", "--catchup", "all",
        "--overlap", "allow",
      ],
    ] {
      #expect(try rig.run(["schedule", "add"] + words + ["--store", "/a"]).status == 0)
    }
    _ = try rig.run("enqueue", "--store", "/a", "-q", "other")
    rig.now = rig.now + .minutes(11)
    #expect(try rig.run("schedule", "tick", "--store", "/a").status == 0)
  }

  @Test func `schedules go through an archive as they are`() throws {
    let path = rig.scratch.path("all.ndjson")
    #expect(try rig.run("export", "--store", "/a", "--output-file", path).status == 0)
    let imported = try rig.run("import", path, "--store", "/b")
    #expect(imported.errors.contains("2 schedules"))
    #expect(try rig.b.schedules() == rig.a.schedules())
    #expect(try rig.run("import", path, "--store", "/b").errors.contains("2 schedules"))
    #expect(try rig.b.schedules() == rig.a.schedules())
  }

  @Test func `a schedule that is moved goes on in the target, and only there`() throws {
    let before = try rig.a.schedules()
    #expect(try rig.run("migrate", "--from", "/a", "--to", "/b").status == 0)
    #expect(try rig.b.schedules() == before)
    #expect(try rig.a.schedules().allSatisfy(\.isPaused))
    rig.now = rig.now + .minutes(10)
    #expect(try rig.run("schedule", "tick", "--ids", "--store", "/a").lines.isEmpty)
    #expect(try rig.run("schedule", "tick", "--ids", "--store", "/b").lines.count == 1)
  }
}
