import DirectoryStorage
import Jobs
import PosixIO
import Storage
import Testing

@Suite struct QueueSettingsTests {
  @Test func `a pause and a rule of two processes are both kept`() throws {
    let rig = try LookingRig()
    try rig.add()
    let queue = try QueueName("emails")
    let rule = Retention(completed: .forever, dead: .span(.hours(3)))
    #expect(
      try rig.another().configure(
        ConfigureRequest(
          queue, [JobState.completed, .cancelled, .dead].map { .keep($0, rule[$0]) }, actor: "a",
          now: rig.now)))
    let pause = PauseRequest([queue], paused: true, actor: "olga", reason: "\"ü\"\n", now: rig.now)
    #expect(try rig.store.setPaused(pause) == [true])
    let other = try rig.another()
    #expect(try other.settings(of: queue).retention == rule)
    #expect(try other.queues(at: rig.now).first?.pauseReason == "\"ü\"\n")
    #expect(try rig.claim().isEmpty)
    #expect(try rig.names(in: "tmp").isEmpty)
  }

  @Test(arguments: ["", "nonsense", "[]", #"{"paused":true,"paused_until":"never"}"#])
  func `settings that make no sense are none`(text: String) throws {
    let rig = try LookingRig()
    try rig.add()
    let queue = try QueueName("emails")
    _ = try rig.store.setPaused(
      PauseRequest([queue], paused: true, actor: "olga", reason: nil, now: rig.now))
    try FileSystem.replaceFile(
      rig.root + "/queues/emails/settings", with: Array(text.utf8), mode: 0o600)
    #expect(try rig.store.queues(at: rig.now).first?.paused == false)
    #expect(try rig.store.settings(of: queue).retention == Retention())
  }
}
