import CommandLineSpec
import Commands
import Jobs
import MemoryStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Commands

/// Jobs that come back at a rate which the store alone keeps.
@Suite struct ReplayRateTests {
  private static func items(_ count: Int) -> [PlanItem] {
    (1...Int64(count)).compactMap { JobID(rawValue: $0).map { PlanItem(id: $0, state: .dead) } }
  }

  @Test(arguments: ["20/s", "1/s", "300/m", "1000/h", "1000000/s"])
  func `a rate is read and shown`(text: String) throws {
    #expect(try ReplayRate.parse(text).description == text)
  }

  @Test(arguments: [
    "", "20", "20/", "/s", "0/s", "-1/s", "+5/s", "1.5/s", "20/d", "20/sec", "20/s/s", "1000001/s",
    "99999999999999999999/s",
  ])
  func `what is no rate is refused`(text: String) {
    #expect(throws: ValueError.self) { try ReplayRate.parse(text) }
  }

  @Test(arguments: ["20/s", "3/s", "7/m", "999/s", "250000/s"])
  func `no window holds more than its number, the first as late as may be`(text: String) throws {
    let rate = try ReplayRate.parse(text)
    var pace = ReplayPace(rate, from: Instant(milliseconds: 0))
    let count = Int(min(rate.count, 2000))
    let items = Self.items(count * 3)
    let times = pace.place(items, at: Instant(milliseconds: 0)).compactMap(\.at)
    #expect(times.first == Instant(milliseconds: 1000))
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    guard rate.count == Int64(count) else { return }
    for (first, last) in zip(times, times.dropFirst(count)) {
      #expect(last.since(first + ReplayRate.lateness) >= rate.window)
    }
  }

  @Test func `jobs that are written late are no reason to run many at once`() throws {
    var generator = SeededGenerator()
    let rate = try ReplayRate.parse("20/s")
    var pace = ReplayPace(rate, from: Instant(milliseconds: 0))
    var now: Int64 = 0
    var times: [Instant] = []
    for _ in 0..<50 {
      now += Int64.random(in: 0...9000, using: &generator)
      let batch = Self.items(Int.random(in: 1...60, using: &generator))
      let placed = pace.place(batch, at: Instant(milliseconds: now)).compactMap(\.at)
      #expect(placed.allSatisfy { $0 >= Instant(milliseconds: now + 1000) }, "\(generator.note)")
      times += placed
    }
    for (first, last) in zip(times, times.dropFirst(20)) {
      #expect(last.since(first).milliseconds >= 1100, "\(generator.note)")
    }
  }

  @Test func `the store keeps the times, and the command is over at once`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 45)
    let ran = try rig.run("dlq", "replay", "--all", "--yes", "--rate", "20/s")
    #expect(ran.errors == "qctl: replayed 45 dead jobs; the last comes in 4s\n")
    let times = try ids.compactMap { try rig.store.job($0)?.job.runAt.since(rig.now).milliseconds }
    let wanted: [Int64] = (0..<45).map { (number: Int64) in 1000 + number * 1100 / 20 }
    #expect(times == wanted)
  }

  @Test(arguments: [["--delay", "1h"], ["--at", "+1h"]])
  func `the spread begins where it is told to`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 3)
    _ = try rig.run(["replay", "--all", "--yes", "--rate", "1/m"] + words)
    let times = try ids.compactMap { try rig.store.job($0)?.job.runAt.since(rig.now).milliseconds }
    #expect(times == [3_600_000, 3_660_100, 3_720_200])
  }

  @Test func `where it is stopped it says from when on the rest should come`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("q", 500)
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > 1
    }
    let words = ["replay", "--all", "--yes", "--rate", "20/s"]
    let ran = try rig.run(words)
    #expect(ran.status == 130)
    // 200 jobs, 55 ms apart, the first after a second.
    #expect(
      ran.errors == "qctl: stopped: replayed 200 dead jobs; 300 dead jobs remain. "
        + "Run the same command again with --delay 12s for the rest\n")
    rig.isAskedToStop = { false }
    #expect(try rig.run(words + ["--delay", "12s"]).status == 0)
    let times = try rig.store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, size: 1000, now: rig.now)
    ).jobs.map(\.runAt)
    for (first, last) in zip(times, times.dropFirst(20)) {
      #expect(last.since(first).milliseconds >= 1100)
    }
  }

  @Test func `a store that fails on the way is gone on with in the same way`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("q", 300)
    let calls = Atomic(0)
    rig.trouble = { (_) throws(StorageError) in
      if calls.add(1, ordering: .relaxed).newValue == 2 { throw .full(path: "/q.db") }
    }
    let ran = try rig.run("replay", "--all", "--yes", "--rate", "200/m", "--at", "+1m")
    #expect(ran.status == 74)
    #expect(ran.errors.contains("100 dead jobs not confirmed. Go on with --delay"))
    #expect(ran.errors.contains(" in place of --at\n"))
  }

  @Test func `jobs can come back in another queue`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("q", 2)
    #expect(try rig.run("replay", "--all", "--yes", "--to", "slow").status == 0)
    #expect(try ids.map { try rig.store.job($0)?.job.queue.description } == ["slow", "slow"])
    #expect(try rig.count("slow", .ready) == 2)
    #expect(try rig.run("replay", "--all", "--yes", "--to", "no queue").status == 2)
  }

  @Test func `the question names queue and rate`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("q", 2)
    rig.inputIsTerminal = true
    rig.answers = ["n"]
    let ran = try rig.run("replay", "--all", "--to", "slow", "--rate", "5/m")
    #expect(ran.status == 1)
    #expect(ran.errors.contains("Replay 2 dead jobs into queue slow at 5/m? [y/N] "))
    #expect(try rig.count("q", .dead) == 2)
  }
}
