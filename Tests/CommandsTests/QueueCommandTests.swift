import Commands
import Jobs
import MemoryStorage
import Storage
import Testing
import Text

@Suite struct QueueCommandTests {
  private func settings(_ rig: CommandRig, _ queue: String) throws -> QueueSettings {
    try rig.store.settings(of: try QueueName(queue))
  }

  @Test func `settings are changed together, and told from what to what`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let first = try rig.run(
      "queue", "set", "emails", "--keep-completed", "36h", "--keep-dead=forever", "--reason", "law")
    #expect(first.status == 0)
    #expect(
      first.errors == """
        qctl: queue emails: keep-completed was 7d (the rule for all queues), now is 1d12h
        qctl: queue emails: keep-dead was 90d (the rule for all queues), now is forever

        """)
    let retention = try settings(rig, "emails").retention
    #expect(retention == Retention(completed: .span(.hours(36)), dead: .forever))
    let record = try #require(
      try rig.store.log(LogPageRequest(LogFilter(), .last, size: 9)).records.last)
    #expect(record.event == .configured)
    #expect(record.reason == "law")
    #expect(record.actor == "tester")
    let again = try rig.run(
      "queue", "set", "emails", "--keep-completed", "default", "--keep-dead", "forever")
    #expect(
      again.errors == """
        qctl: queue emails: keep-completed was 1d12h, now is 7d (the rule for all queues)
        qctl: queue emails: keep-dead already is forever

        """)
    #expect(try settings(rig, "emails").retention == Retention(dead: .forever))
  }

  @Test func `a queue that is new is made, and the nearest known one named`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let misspelt = try rig.run("queue", "set", "emals", "--keep-dead", "1d", "--quiet")
    #expect(misspelt.status == 0)
    #expect(
      misspelt.errors == "qctl: queue 'emals' is new; the nearest known name is 'emails'\n")
    #expect(try rig.run("queue", "set", "reports", "--keep-dead", "1d").errors.contains("is new\n"))
    #expect(try rig.run("queue", "list", "--ids").lines == ["emails", "emals", "reports"])
  }

  @Test(arguments: [
    ["queue", "set", "emails"], ["queue", "set", "--keep-dead", "1d"],
    ["queue", "set", "emails", "--keep-dead", "0"],
    ["queue", "set", "emails", "--keep-dead", "-1d"],
    ["queue", "set", "emails", "--keep-dead", "never"],
    ["queue", "set", "emails", "--keep-dead", "1d", "--keep-completed", "2y"],
    ["queue", "set", "emails", "--keep-ready", "1d"], ["queue", "set", "a/b", "--keep-dead", "1d"],
  ])
  func `what cannot be set changes nothing`(words: [String]) throws {
    let rig = try CommandRig()
    #expect(try rig.run(words).status == 2)
    #expect(try rig.store.queues(at: rig.now).isEmpty)
  }

  @Test func `show tells the pause, the counts, and where each setting comes from`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 2)
    _ = try rig.bury("emails")
    _ = try rig.run("queue", "set", "emails", "--keep-dead", "forever")
    _ = try rig.run("pause", "emails", "--until", "+2h", "--reason", "mail \u{202e} is down")
    let page = try rig.run("queue", "show", "emails")
    #expect(page.status == 0)
    for part in [
      "Paused           until 2026-01-01T02:00:00+00:00\n",
      "Reason           mail \\u{202e} is down\n",
      "  ready          2\n", "  dead           1\n", "  keep-dead            forever ",
      "  this queue\n", "  keep-completed       7d ",
      "  rule for all queues\n",
    ] {
      #expect(page.output.contains(part), "\(part) in \(page.output)")
    }
    let json = try members(try rig.run("queue", "show", "emails", "--json").output)
    let values = Dictionary(json.map { ($0.key, $0.value) }) { $1 }
    #expect(values["keep_dead"] == .string("forever"))
    #expect(values["keep_dead_origin"] == .string("queue"))
    #expect(values["keep_completed"] == .string("7d"))
    #expect(values["keep_completed_origin"] == .string("default"))
    #expect(values["paused_until"] == .string("2026-01-01T02:00:00.000Z"))
    #expect(values["ready"] == .number("2"))
  }

  @Test func `one value can be had by its name`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let ran = try rig.run("queue", "show", "emails", "--format", "{queue} {keep_dead}")
    #expect(ran.output == "emails 90d\n")
    #expect(try rig.run("queue", "list", "--format", "{keep_never}").status == 2)
    let csv = try rig.run("queue", "list", "-o", "csv")
    #expect(csv.output.contains(",max_depth,max_depth_origin,aging,aging_origin,"))
    #expect(csv.output.contains(",none,default,"))
  }

  @Test(arguments: [["queue", "show", "emals"], ["queue", "list", "emals"]])
  func `a misspelt queue is told with the nearest name`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let ran = try rig.run(words)
    #expect(ran.status == 1)
    #expect(ran.errors == "qctl: no queue 'emals'; did you mean 'emails'?\n")
  }

  @Test func `the group alone explains itself`() throws {
    let ran = try CommandRig().run("queue")
    #expect(ran.status == 2)
    #expect(try CommandRig().run("queue", "--help").output.contains("Change settings of a queue"))
    #expect(try CommandRig().run("dlq").status == 2)
  }

  @Test func `a pause is seen in queues and in the log`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    _ = try rig.run("pause", "emails", "--until", "+2h", "--reason", "mail is down")
    #expect(
      try rig.run("queues").lines.last?.hasSuffix("until 2026-01-01T02:00:00+00:00: mail is down")
        == true)
    let log = try rig.run("tail", "--utc").output
    #expect(log.contains("paused emails"))
    #expect(log.contains("reason=\"mail is down"))
  }
}
