import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A handler that lives on")
struct PersistentTests {
  @Test("has one job after the other in one process")
  func one() throws {
    let rig = try LineScript.persistent("echo $$ >> $SCRATCH/pids; say done")
    let ids = try (0..<20).map { _ in try rig.enqueue() }
    let report = rig.run()
    #expect(report.ending == .finished)
    #expect(report.counts.completed == 20 && report.counts.started == 20)
    #expect(try ids.allSatisfy { try rig.job($0).job.state == .completed })
    #expect(try Set(rig.lines("pids")).count == 1)
  }

  @Test("is one of as many as may run at a time")
  func several() throws {
    let script = "echo $$ >> $SCRATCH/pids; until [ -e $SCRATCH/go ]; do sleep 0.05; done; say done"
    let rig = try LineScript.persistent(script)
    rig.configuration.concurrency = 3
    for _ in 0..<3 { try rig.enqueue() }
    var started = 0
    rig.run { event in
      guard case .started = event else { return }
      started += 1
      if started == 3 { try? FileSystem.replaceFile(rig.scratch.path("go"), with: []) }
    }
    #expect(try Set(rig.lines("pids")).count == 3)
  }

  @Test("is told everything of its job, and nothing of the job before in its environment")
  func line() throws {
    let rig = try LineScript.persistent("printf '%s\\n' \"$line\" > $SCRATCH/line; env; say done")
    rig.configuration.lines = LineMode(isPersistent: true)
    rig.configuration.handler = CStringList([
      "sh", "-c",
      LineScript.loop("printf '%s\\n' \"$line\" > $SCRATCH/line; env > $SCRATCH/env; say done"),
    ])
    let tag = try Tag(name: "user_id", value: "4\"2")
    let id = try rig.enqueue(type: "mail", Array("{\"a\": [1.50,\n 2]}".utf8)) {
      $0.timeout = .hours(1)
      $0.tags = [tag]
    }
    rig.run()
    let line = try rig.text("line")
    let job = try rig.job(id).job
    let started = try #require(job.startedAt)
    let parts = [
      #"{"id":"\#(id)","queue":"default","type":"mail","attempt":1,"max_attempts":10,"#,
      #""enqueued_at":"\#(Deadline.text(job.enqueuedAt))","#,
      #""idempotency_key":"\#(id)","schedule":null,"tags":{"user_id":"4\"2"},"payload":{"a": [1.50,  2]}}"#,
    ]
    for part in parts { #expect(line.contains(part), "\(line)") }
    let deadline = started + .hours(1)
    #expect(line.contains(#""deadline":"\#(Deadline.text(deadline).prefix(16))"#), "\(line)")
    #expect(try !rig.text("env").contains("QCTL_JOB_ID"))
    #expect(try rig.text("env").contains("QCTL_STORE=memory:"))
  }

  @Test("is told payloads that are no JSON as text or base64, however large")
  func payloads() throws {
    let rig = try LineScript.persistent("printf '%s' \"$line\" | tail -c 20 >&2; say done")
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 250_000)
    let ids = [
      try rig.enqueue(Array("two\nlines".utf8)), try rig.enqueue([0xff]), try rig.enqueue(large),
      try rig.enqueue([]),
    ]
    rig.run()
    let said = try ids.map { String(decoding: try rig.attempt($0).output ?? [], as: UTF8.self) }
    #expect(said[0].hasSuffix(#"text":"two\nlines"}"#))
    #expect(said[1].hasSuffix(#"payload_b64":"/w=="}"#))
    #expect(said[2] == "xxxxxxxxxxxxxxxxxx\"}")
    #expect(said[3].hasSuffix(#""payload_text":""}"#))
  }

  @Test("says how each job ended, and why")
  func outcomes() throws {
    let rig = try LineScript.persistent(
      """
      echo \"about $(member type)\" >&2
      case $(member type) in
      done) say done '"result":{"n": 1.50}' ;;
      retry) say retry '"retry_after":"5m","error":"try later"' ;;
      again) say retry ;;
      dead) say dead '"error":null,"retry_after":null' ;;
      snooze) say snooze '"retry_after":3600' ;;
      esac
      """)
    var ids: [String: JobID] = [:]
    for type in ["done", "retry", "again", "dead", "snooze"] {
      ids[type] = try rig.enqueue(type: type)
    }
    let report = rig.run()
    func job(_ type: String) throws -> JobDetail { try rig.job(try #require(ids[type])) }
    #expect(try job("done").job.state == .completed)
    #expect(try job("done").result == Array(#"{"n": 1.50}"#.utf8))
    #expect(try job("done").attempts.map(\.output) == [Array("about done\n".utf8)])
    #expect(try job("retry").job.error == "try later")
    let ended = try #require(try job("retry").attempts.first?.finishedAt)
    #expect(try job("retry").job.runAt.since(ended) == .minutes(5))
    #expect(try job("again").job.state == .retrying)
    #expect(try job("again").job.error == "about again")
    #expect(try job("dead").job.state == .dead)
    #expect(try job("dead").job.error == "about dead")
    #expect(try job("snooze").job.state == .scheduled)
    #expect(try job("snooze").job.failures == 0)
    #expect(report.counts.failed == 2 && report.counts.dead == 1 && report.counts.snoozed == 1)
  }

  @Test("ends with its input, once there is nothing more to do")
  func end() throws {
    let rig = try WorkerRig.shell(LineScript.loop("say done") + "; echo bye > $SCRATCH/end")
    rig.configuration.lines = LineMode(isPersistent: true)
    try rig.enqueue()
    rig.run()
    #expect(try rig.text("end") == "bye\n")
  }

  @Test("is asked to end, and killed, where the end of its input does not help")
  func stubborn() throws {
    let rig = try WorkerRig.shell(
      "trap '' TERM; " + LineScript.loop("say done; echo $$ > $SCRATCH/pid")
        + "; while :; do sleep 600; done")
    rig.configuration.lines = LineMode(isPersistent: true)
    rig.configuration.killAfter = TimeSpan(milliseconds: 10)
    try rig.enqueue()
    #expect(rig.run().ending == .finished)
    let pid = try #require(Int32(rig.text("pid").dropLast()))
    #expect(try eventually { try ProcessTable.entry(pid).map(\.isZombie) ?? true })
  }

  @Test("may end between two jobs, and another one goes on")
  func oneEach() throws {
    let rig = try LineScript.persistent("echo $$ >> $SCRATCH/pids; say done; exit 0")
    let ids = try (0..<5).map { _ in try rig.enqueue() }
    #expect(rig.run().ending == .finished)
    for id in ids {
      #expect(try rig.job(id).job.state == .completed)
      #expect(try rig.job(id).job.failures == 0)
    }
    #expect(try Set(rig.lines("pids")).count == 5)
  }

  @Test("runs a thousand short jobs, each once")
  func many() throws {
    let rig = try LineScript.persistent("say done")
    rig.configuration.concurrency = 2
    let ids = try (0..<1000).map { _ in try rig.enqueue() }
    let report = rig.run()
    #expect(report.counts.completed == 1000 && report.counts.started == 1000)
    #expect(try ids.allSatisfy { try rig.job($0).attempts.count == 1 })
  }
}
