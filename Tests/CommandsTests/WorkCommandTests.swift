import Commands
import TestSupport
import Engine
import Jobs
import PosixIO
import Storage
import Testing

@Suite struct WorkCommandTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  @Test func `each finished job is one line on standard error`() throws {
    let first = try rig.enqueue("emails", type: "welcome")
    let second = try rig.enqueue("emails", type: "broken")
    let result = try rig.run(
      "work", "-q", "emails", "--until-empty", "--", "sh", "-c",
      "test $QCTL_TYPE = welcome || { echo first >&2; echo 'no route' >&2; exit 1; }")
    #expect(result.status == 0)
    #expect(result.output == "")
    let lines = result.errors.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    try #require(lines.count == 2)
    #expect(
      Array(lines[0][0...3]) == ["2025-06-01T08:00:00+00:00", "\(first)", "welcome", "completed"])
    #expect(Array(lines[1][1...3]) == ["\(second)", "broken", "failed"])
    #expect(lines[1].suffix(2) == ["no", "route"])
    #expect(lines[1].count == 7)
  }

  @Test func `quiet leaves the lines out`() throws {
    try rig.enqueue()
    let result = try rig.run("work", "--until-empty", "--quiet", "--", "true")
    #expect((result.status, result.errors) == (0, ""))
  }

  @Test func `what a handler says cannot command the terminal`() throws {
    try rig.enqueue()
    let result = try rig.run(
      "work", "--once", "--", "sh", "-c", "printf '\\033[2Jgone' >&2; exit 1")
    #expect(result.errors.contains("\\x1b[2Jgone"))
    #expect(!result.errors.utf8.contains(0x1b))
  }

  @Test func `a handler that is missing is status 78 and opens no store`() throws {
    let result = try rig.run("work", "--", "no-such-handler")
    #expect(result.status == 78)
    #expect(result.errors.contains("'no-such-handler' cannot be run: no such file"))
    #expect(rig.intents.isEmpty)
  }

  @Test func `a handler that is not executable is status 78`() throws {
    let path = rig.scratch.path("handler")
    try FileSystem.replaceFile(path, with: Array("#!/bin/sh\n".utf8), mode: 0o600)
    let result = try rig.run("work", "--", path)
    #expect(result.status == 78)
    #expect(result.errors.contains("permission denied"))
  }

  @Test func `a store is made where there is none`() throws {
    _ = try rig.run("work", "--until-empty", "--", "true")
    #expect(rig.intents == [.create])
  }

  @Test func `a store that cannot be used gives its own status`() throws {
    rig.refusal = .busy(path: "/q.db", detail: "locked")
    #expect(try rig.run("work", "--", "true").status == 75)
  }

  @Test func `once is status 1 where there is no job, and runs but one`() throws {
    #expect(try rig.run("work", "--once", "--", "true").status == 1)
    let (first, second) = (try rig.enqueue(), try rig.enqueue())
    #expect(try rig.run("work", "--once", "--", "true").status == 0)
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.state == .ready)
  }

  @Test(arguments: [
    ["--until-empty", "--until-settled"], ["--until-empty", "--once"],
    ["--once", "--until-settled"],
  ])
  func `the ways to end exclude each other`(_ flags: [String]) throws {
    #expect(try rig.run(["work"] + flags + ["--", "true"]).status == 2)
  }

  @Test(arguments: [
    ["-c", "0"], ["--lease", "10ms"], ["--timeout", "0"], ["--permanent-exit", "0"],
    ["--retry-exit", "256"], ["--output-limit", "1G"], ["--name", ""], ["-q", "../etc"],
    ["--name", "a\u{1b}[2J"], ["--poll", "0s"],
  ])
  func `a value out of its range is a usage error`(_ flag: [String]) throws {
    #expect(try rig.run(["work"] + flag + ["--", "true"]).status == 2)
    #expect(rig.intents.isEmpty)
  }

  @Test func `a handler is required`() throws {
    #expect(try rig.run("work").status == 2)
    #expect(try rig.run("work", "-q", "emails").status == 2)
  }

  @Test func `queues are taken in strict order`() throws {
    let low = try rig.enqueue("low")
    let high = try rig.enqueue("high")
    _ = try rig.run("work", "-q", "high,low", "-q", "high", "--once", "--", "true")
    #expect(try rig.job(high).job.state == .completed)
    #expect(try rig.job(low).job.state == .ready)
  }

  @Test func `only the types asked for are taken`() throws {
    let other = try rig.enqueue(type: "other")
    #expect(try rig.run("work", "-t", "wanted", "--once", "--", "true").status == 1)
    #expect(try rig.job(other).job.state == .ready)
  }

  @Test func `exit statuses can be made permanent or not`() throws {
    let permanent = try rig.enqueue("p")
    let retried = try rig.enqueue("r")
    let shell = ["--", "sh", "-c", "[ $QCTL_QUEUE = p ] && exit 3; exit 65"]
    let flags = ["-q", "p,r", "--permanent-exit", "3,4", "--retry-exit", "65", "--until-empty"]
    _ = try rig.run(["work"] + flags + shell)
    #expect(try rig.job(permanent).job.state == .dead)
    #expect(try rig.job(retried).job.state == .retrying)
  }

  @Test func `a handler gets the payload and the place of the store`() throws {
    try rig.enqueue("default", Array("{\"to\":\"a\"}".utf8))
    _ = try rig.run(
      "work", "--once", "--name", "box-7", "--", "sh", "-c",
      "cat > \"$SCRATCH/payload\"; printf %s \"$QCTL_STORE\" > \"$SCRATCH/store\"")
    #expect(try rig.text("payload") == "{\"to\":\"a\"}")
    #expect(try rig.text("store") == "memory:")
  }

  @Test func `the name given is the worker's`() throws {
    let id = try rig.enqueue()
    _ = try rig.run("work", "--once", "--name", "box-7", "--", "true")
    #expect(try rig.job(id).attempts.map(\.worker) == ["box-7"])
  }

  @Test func `arguments of the handler keep their bytes`() throws {
    try rig.enqueue()
    let script = "printf %s \"$0\" | od -An -tx1 > \"$SCRATCH/bytes\""
    var arguments = CStringList(["qctl", "work", "--once", "--", "sh", "-c", script])
    arguments.append([0x61, 0xff])
    rig.arguments = arguments
    _ = try rig.run("work", "--once", "--", "sh", "-c", script, "a\u{fffd}")
    #expect(try rig.text("bytes") == " 61 ff\n")
  }

  @Test func `flags after the handler are the handler's`() throws {
    try rig.enqueue()
    _ = try rig.run(
      "work", "--once", "sh", "-c", "printf '%s|' \"$@\" > \"$SCRATCH/words\"", "-", "--once", "-q",
      "x")
    #expect(try rig.text("words") == "--once|-q|x|")
  }

  @Test(arguments: [(Signal.terminate, Int32(0)), (Signal.interrupt, Int32(130))])
  func `a stop signal drains, and decides the status`(_ signal: Signal, _ status: Int32) throws {
    rig.signals = try PendingSignals([signal])
    let result = try rig.run("work", "--", "true")
    #expect(result.status == status)
    #expect(result.errors.contains("\(signal): no new jobs, 0 still running"))
    #expect(result.errors.contains("stopped: no job was run"))
  }

  @Test func `SIGUSR2 tells how things stand`() throws {
    rig.signals = try PendingSignals([.user2, .terminate])
    let result = try rig.run("work", "--quiet", "--", "true")
    #expect(result.errors == "qctl: 0 of 1 running, 0 completed, 0 failed, 0 dead\n")
  }

  @Test func `handlers that live on are told their jobs in lines`() throws {
    let ids = [try rig.enqueue(), try rig.enqueue()]
    let script = #"""
      while read -r line; do
        id=${line#*'"id":"'}; id=${id%%'"'*}; echo "{\"id\":\"$id\",\"outcome\":\"done\"}"
        echo $$ >> $SCRATCH/pids
      done
      """#
    let result = try rig.run("work", "--until-empty", "--persistent", "--", "sh", "-c", script)
    #expect(result.status == 0)
    for id in ids { #expect(result.errors.contains("\(id) default completed")) }
    #expect(try Set(rig.text("pids").split(separator: "\n")).count == 1)
  }

  @Test func `a handler that ends before it reads is status 78`() throws {
    try rig.enqueue()
    let result = try rig.run("work", "--batch", "5", "--", "sh", "-c", "echo bad >&2; exit 3")
    #expect(result.status == 78)
    #expect(
      result.errors.hasSuffix(
        "qctl: the handler 'sh' ends again and again before it has read of a job: exit status 3: bad\n"
      ))
  }

  @Test(arguments: [
    (["--batch-wait", "1s", "x"], "--batch-wait needs --batch"),
    (["--batch", "0", "x"], "below 1"),
    (["-c", "1024", "--batch", "1000", "x"], "--concurrency times --batch must be at most 65536"),
    (["--all-configured", "x"], "--all-configured takes no HANDLER"),
    (["-q", "a"], "HANDLER is missing"),
  ])
  func `options that are wrong together are refused`(words: [String], reason: String) throws {
    let result = try rig.run(["work"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(reason))
  }

  @Test(arguments: [
    ("", "no configuration file has a worker"),
    ("work -q a -- ./x\nwork --nope -- ./y\n", ":2: unknown flag '--nope'"),
    ("work -q 'a b' -- ./x\n", ":1: --queue: "),
    ("work --all-configured -- ./x\n", ":1: --all-configured is no worker"),
    ("work --help -- ./x\n", ":1: no worker"),
  ])
  func `workers of the configuration are checked before any is started`(
    text: String, reason: String
  ) throws {
    try FileSystem.makeDirectories(rig.scratch.path("etc/qctl"), mode: 0o700)
    try FileSystem.replaceFile(rig.scratch.path("etc/qctl/config"), with: Array(text.utf8))
    let result = try rig.run("work", "--all-configured")
    #expect(result.status == 78)
    #expect(result.errors.contains(reason), "\(result.errors)")
    #expect(rig.intents.isEmpty)
  }

  @Test func `colour marks the outcome where standard error is a terminal`() throws {
    rig.streams = .init(errorIsTerminal: true)
    try rig.enqueue()
    let result = try rig.run("work", "--once", "--", "false")
    #expect(result.errors.contains("\u{1b}[33mfailed\u{1b}[0m"))
  }
}

/// Signals that wait from the beginning.
final class PendingSignals: SignalFeed {
  private let bell: WakeUp
  private var waiting: [Signal]

  init(_ signals: [Signal]) throws {
    bell = try WakeUp()
    waiting = signals
    bell.ring()
  }

  var descriptor: Int32 { bell.rawValue }

  func next() -> Signal? {
    guard !waiting.isEmpty else {
      bell.clear()
      return nil
    }
    return waiting.removeFirst()
  }
}
