import Commands
import Jobs
import MemoryStorage
import Storage
import Testing
import Text

@Suite struct StatsCommandTests {
  private func complete(_ rig: CommandRig, _ queue: String, _ count: Int) throws {
    let settlements = try rig.claim(queue, count).map {
      Settlement($0.lease, .complete(result: nil))
    }
    rig.now = rig.now + .seconds(2)
    _ = try rig.store.settle(settlements, thenClaim: nil, at: rig.now)
  }

  private func fields(_ line: String) throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try members(line).map { key, value in
        switch value {
        case .number(let text): (key, text)
        case .string(let text): (key, text)
        case .null: (key, "null")
        default: (key, "?")
        }
      })
  }

  @Test func `a queue tells its depth, its rates, its times and when it drains`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 40)
    rig.now = rig.now + .minutes(20)
    try complete(rig, "emails", 30)
    let line = try #require(try rig.run("stats", "--json").lines.first)
    let found = try fields(line)
    #expect(found["queue"] == "emails")
    #expect(found["type"] == "null")
    #expect(found["ready"] == "10")
    #expect(found["oldest_ready_age_ms"] == "1202000")
    #expect(found["enqueued_per_minute_5m"] == "0")
    #expect(Double(found["enqueued_per_minute_1h"] ?? "") ?? 0 > 0.6)
    #expect(Double(found["processed_per_minute_5m"] ?? "") ?? 0 > 5)
    #expect(found["failed_per_minute_1h"] == "0")
    #expect(found["drain"] == "drains")
    let drain = try #require(Int64(found["drain_ms"] ?? ""))
    #expect((100_000...200_000).contains(drain))
    let run = try #require(Int64(found["run_p50_ms"] ?? ""))
    #expect((1000...2000).contains(run))
    let wait = try #require(Int64(found["wait_p99_ms"] ?? ""))
    #expect((1_000_000...2_000_000).contains(wait))
    // What happened is outside of a short window.
    rig.now = rig.now + .minutes(10)
    let later = try fields(
      try #require(try rig.run("stats", "--json", "--window", "5m").lines.first))
    #expect(later["run_p50_ms"] == "null")
    #expect(later["drain"] == "never")
    #expect(later["window_ms"] == "300000")
  }

  @Test func `types are told apart by walking`() throws {
    let stage = try CommandStage()
    try stage.enqueue("emails", type: "welcome")
    try stage.enqueue("emails", type: "digest")
    stage.now = stage.now + .seconds(40)
    let claimed = try stage.claim("emails")
    stage.now = stage.now + .seconds(3)
    _ = try stage.memory.settle([Settlement(claimed.lease, .reject)], thenClaim: nil, at: stage.now)
    let lines = try stage.run("stats", "--by", "type", "--json").lines
    #expect(lines.count == 2)
    let digest = try fields(lines[0])
    let welcome = try fields(lines[1])
    #expect([digest["type"], welcome["type"]] == ["digest", "welcome"])
    #expect([digest["ready"], digest["dead"]] == ["1", "0"])
    #expect([welcome["ready"], welcome["dead"]] == ["0", "1"])
    #expect(welcome["failed_per_minute_1m"] == "1")
    #expect(digest["wait_p50_ms"] == "null")
    let wait = try #require(welcome["wait_p50_ms"].flatMap { Int($0) })
    #expect((20_000...50_000).contains(wait), "as its bucket has it")
    #expect(welcome["enqueued_per_minute_1h"] == "0.017")
    #expect(try stage.run("stats", "--by", "type", "--ids").lines.count == 2)
  }

  @Test func `ages are counted by doubling stretches`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 2)
    rig.now = rig.now + .seconds(3)
    _ = try rig.enqueue("emails", 1)
    #expect(
      try rig.run("stats", "--ages", "-o", "csv").output.split(separator: "\r\n").map(String.init)
        == [
          "queue,from_ms,to_ms,jobs", "emails,0,1000,1", "emails,1000,2000,0",
          "emails,2000,4000,2",
        ])
    #expect(try rig.run("stats", "--ages").lines.last?.hasSuffix("█") == true)
  }

  @Test func `the history is drawn as wide as there is room`() throws {
    let stage = try CommandStage()
    for _ in 0..<5 { try stage.enqueue("emails") }
    stage.now = stage.now + .minutes(30)
    for columns in [20, 40, 80] {
      stage.streams.columns = columns
      let ran = try stage.run("stats", "--plot", "--window", "30m", "--color", "never")
      #expect(ran.status == 0)
      #expect(ran.lines.count == 9)
      for line in ran.lines.dropFirst() { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
      #expect(ran.output.contains("█"))
    }
  }

  @Test(arguments: [
    ["--plot", "--json"], ["--plot", "--ages"], ["--by", "type", "--ages"],
    ["--by", "type", "--plot"], ["--plot", "--format", "{queue}"], ["--window", "1s"],
    ["--window", "1y"], ["--by", "state"], ["--format", "{what}"],
  ])
  func `what makes no sense is refused`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    #expect(try rig.run(["stats"] + words).status == 2)
  }

  @Test func `an unknown queue is named`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let ran = try rig.run("stats", "emals")
    #expect(ran.status == 1)
    #expect(ran.errors.contains("did you mean 'emails'"))
  }
}
