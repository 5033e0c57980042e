import Commands
import Jobs
import Storage
import Synchronization
import Testing

/// A stop on the way leaves both halves true (trap 16).
@Suite struct InterruptedBulkTests {
  @Test(arguments: [0, 1, 2])
  func `an interrupted replay tells what is left, and goes on when run again`(batches: Int) throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", 500)
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > batches
    }
    let done = batches * 200
    let ran = try rig.run("dlq", "replay", "-q", "emails", "--yes", "--ids")
    #expect(ran.status == 130)
    #expect(ran.lines.count == done)
    #expect(ran.errors.contains("\(500 - done) dead jobs remain"))
    #expect(ran.errors.contains(done == 0 ? "nothing was changed" : "replayed \(done) dead jobs"))
    #expect(ran.errors.contains("Run the same command again"))
    #expect(try rig.count("emails", .ready) == Int64(done))
    #expect(try rig.count("emails", .dead) == Int64(500 - done))
    rig.isAskedToStop = { false }
    #expect(try rig.run("dlq", "replay", "-q", "emails", "--yes").status == 0)
    #expect(try rig.count("emails", .ready) == 500)
    #expect(try rig.count("emails", .dead) == 0)
  }

  @Test func `a store that fails on the way tells how many were done before`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", 450)
    let calls = Atomic(0)
    rig.trouble = { (_) throws(StorageError) in
      if calls.add(1, ordering: .relaxed).newValue == 2 { throw .full(path: "/q.db") }
    }
    let ran = try rig.run("replay", "--all", "--yes", "--ids")
    #expect(ran.status == 74)
    #expect(ran.lines.count == 200)
    #expect(
      ran.errors.contains("replayed 200 dead jobs before this failed; 250 dead jobs not confirmed"))
    #expect(
      ran.errors.hasSuffix(
        "the disk of /q.db is full; nothing was changed. Make room and run this again\n"))
    #expect(try rig.count("emails", .ready) == 200)
  }

  @Test func `no batch is larger than a store takes`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", 1001)
    let largest = Atomic(0)
    rig.trouble = { (request) throws(StorageError) in
      largest.max(request.items.count, ordering: .relaxed)
    }
    #expect(try rig.run("replay", "--all", "--yes").status == 0)
    #expect((1...ApplyRequest.largestBatch).contains(largest.load(ordering: .relaxed)))
    #expect(try rig.count("emails", .ready) == 1001)
  }

  @Test func `progress is only for a terminal, and is taken away`() throws {
    for isTerminal in [false, true] {
      let rig = try CommandRig()
      _ = try rig.bury("emails", 401)
      rig.errorIsTerminal = isTerminal
      let ran = try rig.run("replay", "--all", "--yes")
      #expect(ran.errors.contains("replayed 400 of 401") == isTerminal)
      #expect(ran.errors.hasSuffix("qctl: replayed 401 dead jobs\n"))
      #expect(ran.errors.contains("\u{1b}") == isTerminal)
    }
  }
}
