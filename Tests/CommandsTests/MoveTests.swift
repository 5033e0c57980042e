import Jobs
import MemoryStorage
import Storage
import Testing

@Suite struct MoveTests {
  private func queues(_ rig: CommandRig, _ ids: [JobID]) throws -> [String?] {
    try ids.map { try rig.store.job($0)?.job.queue.description }
  }

  @Test func `jobs named by id go at once, and their history says from where`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("emails", 2) + rig.enqueue("slow")
    let ran = try rig.run("move", ids[0].description, "--to", "slow", "--reason", "big")
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: "qctl: moved 1 job\n"))
    #expect(try queues(rig, ids) == ["slow", "emails", "slow"])
    let action = try #require(try rig.store.job(ids[0])?.actions.first)
    #expect(action.event == .moved)
    #expect(action.fromQueue?.description == "emails")
    #expect(action.reason == "big")
    #expect(action.actor == "tester")
  }

  @Test func `a filter needs a yes`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("emails", 3) + rig.enqueue("slow")
    let refused = try rig.run("move", "-q", "emails", "--to", "slow")
    #expect(refused.status == 2)
    #expect(refused.errors.contains("move needs --yes"))
    rig.inputIsTerminal = true
    rig.answers = ["n", "y"]
    let declined = try rig.run("move", "-q", "emails", "--to", "slow")
    #expect(declined.status == 1)
    #expect(declined.errors.contains("Move 3 jobs? [y/N] "))
    #expect(try rig.count("slow", .ready) == 1)
    #expect(try rig.run("move", "-q", "emails", "--to", "slow").status == 0)
    #expect(try queues(rig, ids) == ["slow", "slow", "slow", "slow"])
    #expect(try rig.count("slow", .ready) == 4)
  }

  @Test func `a dry run says that the queue is new, and changes nothing`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("emails", 2)
    let ran = try rig.run("move", "-q", "emails", "--to", "emals", "--dry-run")
    #expect(ran.status == 0)
    #expect(ran.errors.contains("queue 'emals' is new; the nearest known name is 'emails'"))
    #expect(ran.errors.contains("would move 2 jobs; nothing was changed"))
    #expect(try queues(rig, ids) == ["emails", "emails"])
    #expect(try rig.store.queues(at: rig.now).count == 1)
  }

  @Test func `a taken key is named, with its holder`() throws {
    let rig = try CommandRig()
    let mine = try rig.enqueue("emails", uniqueKey: "daily")
    let theirs = try rig.enqueue("slow", uniqueKey: "daily")
    let alone = try rig.run("move", mine[0].description, "--to", "slow")
    #expect(alone.status == 4)
    #expect(alone.errors.contains("job \(theirs[0]) of queue slow holds the unique key 'daily'"))
    let free = try rig.enqueue("emails")
    let both = try rig.run("move", "-q", "emails", "--to", "slow", "--yes", "--json")
    #expect(both.status == 3)
    #expect(both.lines.contains { $0.contains("conflict") && $0.contains("\(theirs[0])") })
    #expect(try queues(rig, mine + free) == ["emails", "slow"])
  }

  @Test func `running and ended jobs stay, and are told`() throws {
    let rig = try CommandRig()
    let active = try rig.enqueue("emails")
    try rig.claim("emails")
    let cancelled = try rig.enqueue("emails")
    _ = try rig.run("cancel", cancelled[0].description)
    let dead = try rig.bury("reports")
    let ran = try rig.run(
      ["move", "--to", "slow"] + (active + cancelled + dead).map(\.description))
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(active[0]) is active and cannot be moved"))
    #expect(ran.errors.contains("job \(cancelled[0]) is cancelled and cannot be moved"))
    #expect(try queues(rig, active + cancelled + dead) == ["emails", "emails", "slow"])
    #expect(try rig.states(dead) == [.dead])
  }

  @Test func `a job that is there already is no failure`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("emails")
    let ran = try rig.run("move", ids[0].description, "--to", "emails")
    #expect(ran.status == 0)
    #expect(ran.errors.contains("1 already done"))
  }

  @Test(arguments: [
    ["move", "0000000000001"], ["move", "--to", "slow"], ["move", "--all", "--to", "-bad"],
  ])
  func `what could be an accident is refused`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    #expect(try rig.run(words + ["--yes"]).status == 2)
    #expect(try rig.count("emails", .ready) == 1)
  }
}
