import Calendar
import Jobs
import PosixIO
import TestSupport
import Testing

@testable import Engine

/// Moments as handlers read them.
enum Deadline {
  static func text(_ instant: Instant) -> String { RFC3339.text(instant.milliseconds) }
}

@Suite("The environment of a handler")
struct HandlerEnvironmentTests {
  private func lines(_ rig: WorkerRig, _ id: JobID) throws -> Set<String> {
    let output = String(decoding: try rig.attempt(id).output ?? [], as: UTF8.self)
    return Set(output.split(separator: "\n").map(String.init))
  }

  @Test("is the worker's own and what the handler must know, no more and no less")
  func exact() throws {
    let rig = try WorkerRig(["env"], mode: .once)
    rig.configuration.environment = EnvironmentBlock([
      "PATH": "/usr/bin:/bin", "TMPDIR": rig.scratch.path, "KEEP": "a b\u{1}", "QCTL_ACTOR": "me",
      "NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "LISTEN_FDS": "1",
      "LISTEN_PID": "1", "LISTENER": "stays", "QCTL_DEADLINE": "of an outer worker",
      "QCTL_JOB_ID": "of an outer worker", "QCTL_STORE": "another",
    ])
    rig.configuration.storeLocation = "/a store"
    let id = try rig.enqueue {
      $0.type = (try? JobType("mail/send")) ?? .default
      $0.maxAttempts = 7
    }
    rig.run()
    var seen = try lines(rig, id)
    let control = try #require(seen.first { $0.hasPrefix("QCTL_CONTROL=") })
    seen.remove(control)
    #expect(control.hasPrefix("QCTL_CONTROL=\(rig.scratch.path)/qctl-"))
    let job = try rig.job(id).job
    #expect(
      seen == [
        "PATH=/usr/bin:/bin", "TMPDIR=\(rig.scratch.path)", "KEEP=a b\u{1}", "QCTL_ACTOR=me",
        "LISTENER=stays", "QCTL_STORE=/a store", "QCTL_JOB_ID=\(id)", "QCTL_QUEUE=default",
        "QCTL_TYPE=mail/send", "QCTL_ATTEMPT=1", "QCTL_MAX_ATTEMPTS=7",
        "QCTL_ENQUEUED_AT=\(Deadline.text(job.enqueuedAt))", "QCTL_IDEMPOTENCY_KEY=\(id)",
      ])
  }

  @Test("has the idempotency key where the job has one")
  func key() throws {
    let rig = try WorkerRig(["env"], mode: .once)
    let id = try rig.enqueue { $0.idempotencyKey = "order-7" }
    rig.run()
    #expect(try lines(rig, id).contains("QCTL_IDEMPOTENCY_KEY=order-7"))
  }

  @Test("has the schedule where one made the job, and never an outer one's")
  func schedule() throws {
    let id = try #require(JobID(rawValue: 7))
    var job = Job(
      id: id, queue: .default, type: .default, state: .active, priority: .default,
      enqueuedAt: Instant(milliseconds: 1), runAt: Instant(milliseconds: 1), maxAttempts: 1)
    let inherited = EnvironmentBlock(["QCTL_SCHEDULE": "outer"])
    let environment = HandlerEnvironment(inherited: inherited, storeLocation: "s")
    #expect(
      environment.block(for: job, deadline: nil, controlPath: "c")["QCTL_SCHEDULE"] == nil)
    job.schedule = try QueueName("nightly")
    let block = environment.block(for: job, deadline: nil, controlPath: "c")
    #expect(block["QCTL_SCHEDULE"] == "nightly")
  }

  /// A row of another program may hold any key; a worker that could start nothing for it would
  /// end, and the next one too.
  @Test(
    "names the job where its key can't be given",
    arguments: ["a\0b", String(repeating: "k", count: 200_000)])
  func unfitKey(_ key: String) throws {
    let id = try #require(JobID(rawValue: 7))
    var job = Job(
      id: id, queue: .default, type: .default, state: .active, priority: .default,
      enqueuedAt: Instant(milliseconds: .max), runAt: Instant(milliseconds: .min), maxAttempts: 1)
    job.idempotencyKey = key
    let environment = HandlerEnvironment(inherited: EnvironmentBlock([:]), storeLocation: "s")
    let block = environment.block(for: job, deadline: nil, controlPath: "c")
    #expect(block["QCTL_IDEMPOTENCY_KEY"] == "\(id)")
  }

  @Test("counts attempts")
  func attempts() throws {
    let rig = try WorkerRig.shell("[ $QCTL_ATTEMPT -ge 3 ]", mode: .untilSettled)
    let id = try rig.enqueue { $0.backoff = .fixed(TimeSpan(milliseconds: 1)) }
    #expect(rig.run().ending == .finished)
    #expect(try rig.job(id).job.attempt == 3)
    #expect(try rig.job(id).job.state == .completed)
  }

  @Test("leaves nothing behind")
  func clean() throws {
    let rig = try WorkerRig.shell("echo junk > $QCTL_CONTROL.late", mode: .once)
    try rig.enqueue()
    rig.run()
    #expect(try FileSystem.entries(of: rig.scratch.path).isEmpty)
    #expect(!rig.events.contains { if case .warning = $0 { true } else { false } })
  }
}
