import Jobs
import MemoryStorage
import Storage
import Synchronization
import Testing
import Text

/// What the log keeps of an operator's command: who, why, which jobs, and what came of it.
@Suite struct OperationRecordTests {
  let rig: CommandRig

  init() throws { rig = try CommandRig() }

  private func operations() throws -> [LogRecord] {
    try rig.store.log(LogPageRequest(LogFilter(), .last, size: 1000)).records
      .filter { $0.event == .operation }
  }

  @Test func `a replay by filter is told with its filter and its numbers`() throws {
    _ = try rig.bury("emails", 3)
    _ = try rig.run(
      "dlq", "replay", "-q", "emails", "--newer-than", "1h", "--yes", "--reason", "fixed")
    let found = try #require(try operations().first)
    #expect(found.verb == "dlq replay")
    #expect(found.actor == "tester")
    #expect(found.reason == "fixed")
    #expect(found.filter == "-q emails --newer-than 1h")
    #expect(found.planned == 3)
    #expect(found.changed == 3)
    #expect(found.queue?.description == "emails")
    #expect(try operations().count == 1)
    let line = try rig.run("tail", "-o", "cat").lines.last
    #expect(
      line == "operation emails actor=tester reason=fixed verb=\"dlq replay\" "
        + "filter=\"-q emails --newer-than 1h\" planned=3 changed=3")
  }

  @Test(arguments: [
    (["retry", "--all", "--yes"], "retry"), (["cancel", "--all", "--yes"], "cancel"),
    (["purge", "--state", "ready", "--yes"], "purge"),
    (["replay", "--all", "--yes"], "dlq replay"),
    (["dlq", "purge", "--all", "--confirm", "all", "--yes"], "dlq purge"),
  ])
  func `every verb has one`(words: [String], verb: String) throws {
    _ = try rig.bury("a")
    _ = try rig.bury("b")
    _ = try rig.enqueue("c")
    _ = try rig.enqueue("d")
    #expect(try rig.run(words).status == 0)
    let found = try #require(try operations().first)
    #expect(found.verb == verb)
    #expect(found.planned == 2)
    #expect(found.changed == 2)
    #expect(found.queue == nil)
  }

  @Test func `jobs that ids name have no filter`() throws {
    let ids = try rig.bury("q", 2)
    _ = try rig.run(["replay"] + ids.map(\.description))
    #expect(try operations().map(\.filter) == [nil])
  }

  @Test func `each job's own record has the filter too`() throws {
    let ids = try rig.bury("q", 2)
    _ = try rig.run("replay", "--error", "n o", "--yes")
    _ = try rig.run("replay", "--error", "no", "--yes")
    let actions = try rig.store.job(ids[0])?.actions
    #expect(actions?.map(\.filter) == ["--error no"])
    #expect(actions?.map(\.planned) == [2])
  }

  @Test func `what was not done leaves no record`() throws {
    _ = try rig.bury("q")
    _ = try rig.run("replay", "--all", "--dry-run")
    _ = try rig.run("cancel", "--all", "--yes")
    rig.inputIsTerminal = true
    rig.answers = ["n"]
    _ = try rig.run("replay", "--all")
    #expect(try operations().isEmpty)
  }

  @Test func `an interrupted one tells how far it came`() throws {
    _ = try rig.bury("q", 500)
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > 2
    }
    _ = try rig.run("replay", "--all", "--yes")
    #expect(try operations().map(\.planned) == [500])
    #expect(try operations().map(\.changed) == [400])
  }

  @Test func `so does one that failed`() throws {
    _ = try rig.bury("q", 450)
    let calls = Atomic(0)
    rig.trouble = { (_) throws(StorageError) in
      if calls.add(1, ordering: .relaxed).newValue == 2 { throw .full(path: "/q.db") }
    }
    #expect(try rig.run("replay", "--all", "--yes").status == 74)
    #expect(try operations().map(\.changed) == [200])
  }

  @Test func `a job that ran again meanwhile is told as that`() throws {
    let ids = try rig.bury("q", 2)
    let (store, now, queue) = (rig.store, rig.now, try QueueName("q"))
    rig.trouble = { (_) throws(StorageError) in
      let item = PlanItem(id: ids[0], state: .dead, attempt: 1)
      _ = try store.apply(
        ApplyRequest(.replay(at: nil), [item], actor: "b", reason: nil, now: now))
      let claimed = try store.claim(ClaimRequest(queues: [queue], limit: 9, worker: "w", now: now))
      _ = try store.settle(
        claimed.map { Settlement($0.lease, .reject) }, thenClaim: nil, at: now)
    }
    let ran = try rig.run("replay", "--all", "--yes")
    #expect(ran.status == 3)
    #expect(
      ran.errors.contains(
        "job \(ids[0]) ran again meanwhile, is dead once more and was left alone"))
    #expect(ran.errors.contains("replayed 1 dead job; 1 changed meanwhile"))
    #expect(try rig.store.job(ids[0])?.job.replays == 1)
  }

  @Test func `the question shows the errors of many jobs`() throws {
    for number in 1...4 { _ = try rig.bury("q", error: "lost \(number)") }
    _ = try rig.bury("q", 3, error: "odd\u{1b}")
    rig.inputIsTerminal = true
    rig.answers = ["n"]
    let asked = try rig.run("replay", "--all")
    #expect(asked.errors.contains("\(ErrorGroupID(of: "lost 4"))     4  lost 4"))
    #expect(asked.errors.contains("\(ErrorGroupID(of: "odd\u{1b}"))     3  odd\\x1b"))
    #expect(asked.errors.contains("7 dead jobs in queue q\n"))
    let few = try rig.run("replay", "--all", "-n", "2", "--dry-run")
    #expect(!few.output.contains("GROUP"))
  }
}
