import MemoryStorage
import Jobs
import Storage
import Testing

@Suite struct PauseTests {
  @Test func `a paused queue gives nothing until it is resumed`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let paused = try rig.run("pause", "emails", "--reason", "mail is down")
    #expect(
      paused == CommandRig.Ran(status: 0, output: "", errors: "qctl: queue emails is paused\n"))
    #expect(try rig.claim("emails").isEmpty)
    #expect(try rig.store.queues(at: rig.now).first?.pauseReason == "mail is down")
    let again = try rig.run("pause", "emails", "--reason", "mail is down")
    #expect(again.status == 0)
    #expect(again.errors.contains("already paused"))
    #expect(try rig.run("resume", "emails").errors == "qctl: queue emails goes on\n")
    #expect(try rig.claim("emails").count == 1)
    let idle = try rig.run("resume", "emails")
    #expect(idle.status == 0)
    #expect(idle.errors.contains("is not paused"))
  }

  @Test(arguments: ["+2h", "2026-01-01 02:00", "2026-01-01T02:00:00Z"])
  func `a pause may end by itself`(until: String) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    #expect(try rig.run("pause", "emails", "--until", until).status == 0)
    #expect(try rig.store.queues(at: rig.now).first?.pausedUntil == rig.now + .hours(2))
    rig.now = rig.now + .hours(2)
    #expect(try rig.claim("emails").count == 1)
  }

  @Test(arguments: ["2025-12-31", "now", "whenever"])
  func `a pause cannot end before it begins`(until: String) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    #expect(try rig.run("pause", "emails", "--until", until).status == 2)
    #expect(try rig.store.queues(at: rig.now).first?.paused == false)
  }
}
