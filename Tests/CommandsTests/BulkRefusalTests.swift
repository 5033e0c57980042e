import MemoryStorage
import Commands
import Jobs
import Storage
import Testing

/// What must not happen by accident (conventions.md §1, "Danger"; traps 17, 20).
@Suite struct BulkRefusalTests {
  @Test(arguments: [
    ["retry"], ["cancel"], ["purge"], ["dlq", "replay"], ["replay"], ["dlq", "purge"],
  ])
  func `a verb that says which jobs by nothing is refused`(words: [String]) throws {
    let rig = try CommandRig()
    let dead = try rig.bury("emails", 2)
    let ran = try rig.run(words + ["--yes"])
    #expect(ran.status == 2)
    #expect(ran.errors.contains("refusing to \(words.last ?? "") every"))
    #expect(try rig.states(dead) == [.dead, .dead])
  }

  @Test(arguments: [["-n", "5"], ["--limit", "1"]])
  func `a number of jobs is no filter`(words: [String]) throws {
    #expect(try CommandRig().run(["retry", "--yes"] + words).status == 2)
  }

  @Test(arguments: [
    ["retry", "-q", "emails"], ["cancel", "-q", "emails"], ["purge", "--state", "dead"],
    ["dlq", "replay", "-q", "emails"], ["dlq", "purge", "-q", "emails", "--confirm", "emails"],
    ["replay", "--all"], ["retry", "-"],
  ])
  func `where nobody can be asked it needs a yes`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails")
    rig.input = ids[0].description
    for extra in [[], ["--no-input"]] {
      rig.inputIsTerminal = !extra.isEmpty
      let ran = try rig.run(words + extra)
      #expect(ran.status == 2)
      #expect(ran.errors.contains("needs --yes"))
      #expect(try rig.states(ids) == [.dead])
    }
  }

  @Test(arguments: ["n", "", "no", "yess", nil])
  func `any answer but yes changes nothing`(answer: String?) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 3)
    rig.inputIsTerminal = true
    rig.answers = answer.map { [$0] } ?? []
    let ran = try rig.run("dlq", "replay", "-q", "emails")
    #expect(ran.status == 1)
    #expect(ran.errors.contains("Replay 3 dead jobs? [y/N] "))
    #expect(ran.errors.contains("queue emails"))
    #expect(ran.errors.contains("nothing was changed"))
    #expect(ran.output.isEmpty)
    #expect(try rig.states(ids) == [.dead, .dead, .dead])
  }

  @Test(arguments: ["y", "Y", "yes"])
  func `a yes is a yes`(answer: String) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 3)
    rig.inputIsTerminal = true
    rig.answers = [answer]
    #expect(try rig.run("dlq", "replay", "-q", "emails").status == 0)
    #expect(try rig.states(ids) == [.ready, .ready, .ready])
  }

  @Test(arguments: [["retry"], ["dlq", "replay"]])
  func `jobs named by id need no yes`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 2)
    #expect(try rig.run(words + [ids[0].description]).status == 0)
    #expect(try rig.states(ids) == [.ready, .dead])
  }

  @Test(arguments: [["purge"], ["dlq", "purge"]])
  func `to purge needs a yes even by id`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails")
    #expect(try rig.run(words + [ids[0].description]).status == 2)
    rig.inputIsTerminal = true
    #expect(try rig.run(words + [ids[0].description]).status == 1)
    #expect(try rig.states(ids) == [.dead])
    #expect(try rig.run(words + [ids[0].description, "--yes"]).status == 0)
    #expect(try rig.states(ids) == [nil])
  }

  @Test(arguments: [
    ["retry", "-q", "emals", "--yes"], ["cancel", "-q", "emals"],
    ["purge", "-q", "emals", "--state", "dead"],
    ["purge", "-q", "emals", "--confirm", "emals"],
    ["dlq", "purge", "-q", "emals", "--confirm", "emals"],
    ["dlq", "replay", "-q", "emals", "--dry-run"], ["dlq", "list", "-q", "emals"],
    ["pause", "emails", "emals"], ["resume", "emails", "emals"],
  ])
  func `a misspelt queue is told with the nearest names`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails")
    let ran = try rig.run(words)
    #expect(ran.status == 1)
    #expect(ran.errors == "qctl: no queue 'emals'; did you mean 'emails'?\n")
    #expect(ran.output.isEmpty)
    #expect(try rig.states(ids) == [.dead])
    #expect(try rig.store.queues(at: rig.now).first?.paused == false)
  }

  @Test(arguments: [
    ["retry", "-"], ["cancel", "-"], ["purge", "-"], ["dlq", "replay", "-"], ["dlq", "purge", "-"],
  ])
  func `no ids on standard input are no jobs, not all of them`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails") + rig.enqueue("emails")
    let ran = try rig.run(words + ["--yes"])
    #expect(ran.status == 0)
    #expect(ran.errors.contains("nothing to"))
    #expect(try rig.states(ids) == [.dead, .ready])
  }

  @Test(arguments: [["list", "-"], ["dlq", "list", "-"]])
  func `no ids on standard input list nothing`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails")
    #expect(try rig.run(words + ["--ids"]) == CommandRig.Ran(status: 0, output: "", errors: ""))
  }
}
