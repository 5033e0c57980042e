import Jobs
import MemoryStorage
import Storage
import Testing

/// What died again after each of many replays is left alone.
@Suite struct ReplayGuardTests {
  let rig: CommandRig

  init() throws { rig = try CommandRig() }

  /// A dead job that was replayed so often.
  private func bury(replayed count: Int) throws -> JobID {
    let id = try rig.bury("q")[0]
    for _ in 0..<count {
      _ = try rig.run("replay", id.description)
      let claimed = try rig.claim("q")
      _ = try rig.store.settle(
        claimed.map { Settlement($0.lease, .reject) }, thenClaim: nil, at: rig.now)
    }
    return id
  }

  @Test func `five replays are enough, and the message says how to take more`() throws {
    let ids = try [4, 5, 7].map(bury)
    let ran = try rig.run("dlq", "replay", "-q", "q", "--yes")
    #expect(ran.status == 0)
    #expect(
      ran.errors == "qctl: 2 dead jobs were replayed 5 times or more and left alone: "
        + "--max-replays 8 takes them too\nqctl: replayed 1 dead job\n")
    #expect(try rig.states(ids) == [.ready, .dead, .dead])
    let more = try rig.run("dlq", "replay", "-q", "q", "--yes", "--max-replays", "8")
    #expect(more.errors == "qctl: replayed 2 dead jobs\n")
    #expect(try rig.states(ids) == [.ready, .ready, .ready])
  }

  @Test func `one that is left alone is no failure`() throws {
    let id = try bury(replayed: 5)
    let ran = try rig.run("replay", "--all", "--yes")
    #expect(ran.status == 0)
    #expect(
      ran.errors == "qctl: 1 dead job was replayed 5 times or more and left alone: "
        + "--max-replays 6 takes it too\nqctl: nothing to replay\n")
    #expect(try rig.states([id]) == [.dead])
  }

  @Test func `ids from standard input are guarded, ids as arguments are not`() throws {
    let ids = try [5, 0].map(bury)
    rig.input = ids.map { "\($0)\n" }.joined()
    let piped = try rig.run("replay", "--yes", "-")
    #expect(piped.status == 0)
    #expect(piped.errors.contains("1 dead job was replayed 5 times or more"))
    #expect(try rig.states(ids) == [.dead, .ready])
    #expect(try rig.run("replay", ids[0].description).errors == "qctl: replayed 1 dead job\n")
    #expect(try rig.states(ids) == [.ready, .ready])
  }

  @Test func `a number that is said holds for ids too`() throws {
    let id = try bury(replayed: 1)
    let ran = try rig.run("replay", id.description, "--max-replays", "1")
    #expect(ran.errors.contains("was replayed before and left alone: --max-replays 2 takes it too"))
    #expect(try rig.states([id]) == [.dead])
  }

  @Test func `a filter by replays meets the guard`() throws {
    let ids = try [1, 6].map(bury)
    let ran = try rig.run("replay", "--replays", "6..", "--yes")
    #expect(ran.errors.contains("1 dead job was replayed 5 times or more"))
    #expect(
      try rig.run("replay", "--replays", "..3", "--yes").errors == "qctl: replayed 1 dead job\n")
    #expect(try rig.states(ids) == [.ready, .dead])
  }

  @Test func `other verbs have no guard`() throws {
    let id = try bury(replayed: 6)
    #expect(try rig.run("dlq", "purge", "--replays", "6", "--yes").status == 0)
    #expect(try rig.states([id]) == [nil])
  }
}
