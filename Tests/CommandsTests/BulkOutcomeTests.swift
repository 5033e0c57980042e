import MemoryStorage
import Jobs
import Storage
import Testing

/// What is told afterwards, and with which status (design.md §8; traps 5, 17, 18).
@Suite struct BulkOutcomeTests {
  private let unknown = "0000000000001"

  @Test func `a replay says how many, and prints nothing else`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 3)
    let ran = try rig.run("dlq", "replay", "-q", "emails", "--yes", "--reason", "fixed")
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: "qctl: replayed 3 dead jobs\n"))
    #expect(try rig.states(ids) == [.ready, .ready, .ready])
    let log = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 1)).records
    #expect(log.map(\.actor) == ["tester"])
    #expect(log.map(\.reason) == ["fixed"])
  }

  @Test func `quiet says nothing of what went well`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails")
    let ran = try rig.run("replay", "--all", "--yes", "--quiet")
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: ""))
  }

  @Test(arguments: [
    ["retry", "-q", "emails", "--yes"], ["cancel", "--state", "scheduled", "--yes"],
    ["purge", "--state", "completed", "--yes"], ["dlq", "replay", "--all", "--yes"],
    ["dlq", "purge", "--all", "--confirm", "all", "--yes"],
  ])
  func `nothing to do is no failure`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let ran = try rig.run(words)
    #expect(ran.status == 0)
    #expect(ran.errors.contains("nothing to "))
  }

  @Test(arguments: [
    (["cancel"], JobState.dead, "is dead and cannot be cancelled"),
    (["dlq", "replay"], .ready, "is ready, not dead"),
  ])
  func `a job in another state is named`(
    words: [String], state: JobState, complaint: String
  ) throws {
    let rig = try CommandRig()
    let unfit = try state == .dead ? rig.bury("q")[0] : rig.enqueue("q")[0]
    let fit = try state == .dead ? rig.enqueue("q")[0] : rig.bury("r")[0]
    let alone = try rig.run(words + [unfit.description])
    #expect(alone.status == 1)
    #expect(alone.errors.contains("job \(unfit) \(complaint)"))
    let both = try rig.run(words + [unfit.description, fit.description])
    #expect(both.status == 3)
    #expect(both.errors.contains("job \(unfit) \(complaint)"))
    #expect(both.errors.contains("; 1 in another state"))
  }

  // Ctrl-C, and the same ids once more: what was done is no failure.
  @Test(arguments: [["cancel"], ["retry"], ["dlq", "replay"]])
  func `the same ids again are done already`(words: [String]) throws {
    let rig = try CommandRig()
    let first = try words == ["cancel"] ? rig.enqueue("q")[0] : rig.bury("q")[0]
    let second = try words == ["cancel"] ? rig.enqueue("q")[0] : rig.bury("q")[0]
    #expect(try rig.run(words + [first.description]).status == 0)
    let again = try rig.run(words + [first.description])
    #expect(again.status == 0)
    #expect(again.errors == "qctl: nothing was changed; 1 already done\n")
    let both = try rig.run(words + [first.description, second.description])
    #expect(both.status == 0)
    #expect(both.errors.hasSuffix("; 1 already done\n"))
  }

  @Test(arguments: [
    ["retry"], ["cancel"], ["dlq", "replay"], ["purge", "--yes"], ["dlq", "purge", "--yes"],
  ])
  func `a job that does not exist is named`(words: [String]) throws {
    let rig = try CommandRig()
    let dead = try words[0] == "cancel" ? rig.enqueue("q")[0] : rig.bury("q")[0]
    let alone = try rig.run(words + [unknown])
    #expect(alone.status == 1)
    #expect(alone.errors.contains("no job \(unknown)"))
    let both = try rig.run(words + [unknown, dead.description])
    #expect(both.status == 3)
    #expect(both.errors.contains("; 1 missing"))
  }

  @Test func `a taken key has a status of its own and leaves the job dead`() throws {
    let rig = try CommandRig()
    let dead = try rig.bury("emails", uniqueKey: "k\u{1b}")
    let holder = try rig.enqueue("emails", uniqueKey: "k\u{1b}")
    let alone = try rig.run("dlq", "replay", dead[0].description)
    #expect(alone.status == 4)
    #expect(alone.errors.contains("job \(holder[0]) of queue emails holds the unique key 'k\\x1b'"))
    #expect(try rig.states(dead) == [.dead])
    let other = try rig.bury("reports")
    let both = try rig.run("replay", "--all", "--yes", "--json")
    #expect(both.status == 3)
    #expect(try rig.states(dead + other) == [.dead, .ready])
    #expect(
      both.lines == [
        #"{"id":"\#(dead[0])","outcome":"conflict","state":null,"unique_key":"k\u001b","holder":"\#(holder[0])","reason":null}"#,
        #"{"id":"\#(other[0])","outcome":"done","state":null,"unique_key":null,"holder":null,"reason":null}"#,
      ])
  }

  @Test func `machines are told of each job, and of nothing else`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("q", 3)
    try rig.claim("q")
    _ = try rig.run("cancel", ids[2].description)
    let words = ["cancel", unknown] + ids.map(\.description)
    let ran = try rig.run(words + ["--format", "{id} {outcome} {state}"])
    #expect(
      Set(ran.lines) == [
        "\(unknown) missing ", "\(ids[0]) requested ", "\(ids[1]) done ",
        "\(ids[2]) already_done cancelled",
      ])
    #expect(ran.status == 3)
  }

  @Test func `ids are those that were changed`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 2) + rig.enqueue("q")
    let ran = try rig.run(["retry", unknown, "--ids"] + ids.map(\.description))
    #expect(Set(ran.lines) == Set(ids.prefix(2).map(\.description)))
  }

  @Test func `a wrong template changes nothing`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q")
    #expect(try rig.run("retry", ids[0].description, "--format", "{nope}").status == 2)
    #expect(try rig.states(ids) == [.dead])
  }

  @Test func `a job that changed meanwhile is left alone and the others are done`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 3)
    let (store, now) = (rig.store, rig.now)
    rig.trouble = { (_) throws(StorageError) in
      let other = PlanItem(id: ids[1], state: .dead, attempt: 1)
      let replay = ApplyRequest(.replay(at: nil), [other], actor: "b", reason: nil, now: now)
      _ = try store.apply(replay)
      let cancel = ApplyRequest(
        .cancel, [PlanItem(id: ids[1], state: .ready, attempt: 1)], actor: "b", reason: nil,
        now: now)
      _ = try store.apply(cancel)
    }
    let ran = try rig.run("replay", "--all", "--yes")
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(ids[1]) is cancelled meanwhile and was left alone"))
    #expect(ran.errors.contains("replayed 2 dead jobs; 1 changed meanwhile"))
    #expect(try rig.states(ids) == [.ready, .cancelled, .ready])
  }

  @Test func `a job that somebody else replayed is no failure`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 2)
    let (store, now) = (rig.store, rig.now)
    rig.trouble = { (_) throws(StorageError) in
      let item = PlanItem(id: ids[0], state: .dead, attempt: 1)
      _ = try store.apply(
        ApplyRequest(.replay(at: nil), [item], actor: "b", reason: nil, now: now))
    }
    let ran = try rig.run("replay", "--all", "--yes")
    #expect(ran.status == 0)
    #expect(ran.errors == "qctl: replayed 1 dead job; 1 already done\n")
  }

  @Test(arguments: [["--delay", "1h"], ["--at", "2026-01-01T01:00:00Z"], ["--at", "+1h"]])
  func `jobs can come back later`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 2)
    for (verb, id) in zip([["retry"], ["dlq", "replay"]], ids) {
      #expect(try rig.run(verb + [id.description] + words).status == 0)
      let job = try rig.store.job(id)?.job
      #expect(job?.state == .scheduled)
      #expect(job?.runAt == rig.now + .hours(1))
    }
  }

  @Test func `a time that is none changes nothing`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q")
    #expect(try rig.run("retry", ids[0].description, "--at", "soon\u{7}").status == 2)
    #expect(try rig.run("retry", ids[0].description, "--at", "now", "--delay", "1h").status == 2)
    #expect(try rig.states(ids) == [.dead])
  }
}
