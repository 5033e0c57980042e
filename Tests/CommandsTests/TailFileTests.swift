import Jobs
import PosixIO
import MemoryStorage
import TestSupport
import Testing

@testable import Commands

@Suite struct TailFileTests {
  let rig: CommandStage
  let path: String

  init() throws {
    rig = try CommandStage()
    path = rig.scratch.path("app.log")
  }

  private func write(_ text: String, to name: String = "app.log") throws {
    try FileSystem.replaceFile(rig.scratch.path(name), with: Array(text.utf8))
  }

  private func append(_ text: String) throws {
    let file = try FileDescriptor.open(path, .writeOnly, [.create, .append])
    try file.writeAll(text)
  }

  private func lines(_ words: String...) throws -> [String] {
    try rig.run(["tail", "--file", path, "-o", "cat"] + words).lines
  }

  @Test(
    arguments: [
      (#"{"timestamp":"2026-11-21T10:00:00.5Z","level":"error","event":"failed"}"#, "error"),
      (#"{"@timestamp":"2026-11-21T10:00:00.500Z","log.level":"ERR","message":"failed"}"#, "error"),
      (#"{"time":1795255200500,"level":50,"msg":"failed"}"#, "error"),
      (#"{"ts":1795255200.5,"severity":"Error","msg":"failed"}"#, "error"),
      (#"{"time":"2026-11-21T11:00:00.5+01:00","PRIORITY":"3","MESSAGE":"failed"}"#, "error"),
      (#"{"datetime":"2026-11-21T10:00:00.5Z","lvl":"fatal","body":"failed"}"#, "critical"),
    ])
  func `what others call our keys is understood`(_ line: String, _ level: String) throws {
    try write(line + "\n")
    let shown = try rig.run("tail", "--file", path, "--utc").output
    let word = level + String(repeating: " ", count: 8 - level.count)
    #expect(shown == "2026-11-21T10:00:00.500Z \(word) failed\n")
  }

  @Test func `a line shows as one of the store's does, its other keys behind`() throws {
    try write(
      #"{"msg":"done","queue_name":"mail","jid":"a1","class":"Welcome","state":"ok","duration":1.25,"#
        + #""user":{"id":7},"n":[1,2],"err":"no \u001b[31mroute"}"# + "\n")
    #expect(
      try lines() == [
        #"done mail a1 Welcome status=ok user="{\"id\":7}" n=[1,2] in 1s250ms: no \x1b[31mroute"#
      ])
    #expect(
      try rig.run("tail", "--file", path, "-o", "logfmt").output.hasPrefix(
        "event=done queue=mail job_id=a1 job_type=Welcome status=ok duration_ms=1250 error="))
  }

  @Test func `JSON is the line as it is written, safe for a terminal`() throws {
    try write("{ \"msg\":\"a\",\u{9}\"x\":\"\u{7f}\u{202e}\" }\nplain \u{1b}[31m\n")
    let shown = try rig.run("tail", "--file", path, "--json").lines
    #expect(shown.first == #"{ "msg":"a",\#t"x":"\u007f\u202e" }"#)
    #expect(shown.last == #"{"raw":"plain \u001b[31m"}"#)
    #expect(try lines().last == #"plain \x1b[31m"#)
  }

  @Test func `the filters of the log select lines, and what says nothing is left out`() throws {
    try write(
      """
      {"level":"info","queue":"a","type":"x","msg":"one","user_id":"42"}
      {"level":"warn","queue":"b","type":"y","msg":"two"}
      plain three
      {"level":"error","queue":"b","type":"x","msg":"four","attempt":3,"error":"it timed out"}

      """)
    #expect(try lines("-p", "warning") == ["two b y", "four b x attempt=3: it timed out"])
    #expect(try lines("-q", "b").count == 2)
    #expect(try lines("-q", "!b").count == 1)
    #expect(try lines("-t", "x", "-q", "b").count == 1)
    #expect(try lines("--tag", "user_id=42") == [#"one a x user_id=42"#])
    #expect(try lines("--error", "timed").count == 1)
    #expect(try lines("--attempts", "2..").count == 1)
    #expect(try lines("-g", "THREE") == [])
    #expect(try lines("-g", "three|two") == ["two b y", "plain three"])
    #expect(try lines("-n", "1", "-q", "b") == ["four b x attempt=3: it timed out"])
  }

  @Test(arguments: [0, 1, 2, 5, 1999, 2000, 2001])
  func `the last lines are found from the end, however long they are`(_ count: Int) throws {
    let all = (0..<2000).map { "line \($0) " + String(repeating: "x", count: $0 % 300) }
    try write(all.map { $0 + "\n" }.joined())
    #expect(try lines("-n", "\(count)") == Array(all.suffix(count)))
  }

  @Test func `the end of a line that has none yet is waited for`() throws {
    try write("one\ntw")
    var step = 0
    rig.wait = { _ in
      step += 1
      if step == 1 { try? append("o\nthree\n") }
      return step < 3
    }
    #expect(try lines("-f") == ["one", "two", "three"])
  }

  @Test func `a file that was renamed is read to its end, then the new one from its beginning`()
    throws
  {
    try write("one\n")
    var step = 0
    rig.wait = { [rig, path] _ in
      step += 1
      if step == 1 {
        try? append("two\n")
        try? FileSystem.rename(path, to: rig.scratch.path("app.log.1"))
        try? write("three\n")
      }
      // Whoever writes is told of the rotation only now.
      if step == 2 {
        let old = try? FileDescriptor.open(rig.scratch.path("app.log.1"), .writeOnly, [.append])
        try? old?.writeAll("four\nfive")
        try? append("six\n")
      }
      return step < 4
    }
    #expect(try lines("-f") == ["one", "two", "three", "four", "six", "five"])
  }

  @Test func `a file that was truncated is read from its beginning, and that is said`() throws {
    try write("one\ntwo\n")
    var step = 0
    rig.wait = { [path] _ in
      step += 1
      guard step == 1 else { return step < 3 }
      let file = try? FileDescriptor.open(path, .writeOnly, [.truncate, .append])
      // Longer than before, so that the size alone says nothing.
      try? file?.writeAll("three and more\nfour\n")
      return true
    }
    let result = try rig.run("tail", "-f", "--file", path, "-o", "cat")
    #expect(result.lines == ["one", "two", "three and more", "four"])
    #expect(result.errors.contains("was truncated"))
  }

  @Test func `a missing file is an error, but followed it is waited for`() throws {
    let result = try rig.run("tail", "--file", path)
    #expect(result.status == 66)
    #expect(result.errors.contains("there is no such file"))
    var step = 0
    rig.wait = { _ in
      step += 1
      if step == 1 { try? write("one\n") }
      return step < 3
    }
    #expect(try lines("-f") == ["one"])
  }

  @Test func `several files have their names before their lines`() throws {
    try write("one\n")
    try write("two\n", to: "b.log")
    let other = rig.scratch.path("b.log")
    #expect(try lines("--file", other) == ["\(path): one", "\(other): two"])
    #expect(try rig.run("tail", "--json", "--file", path, "--file", other).lines.count == 2)
  }

  @Test func `a job's id is no place in a file`() throws {
    #expect(try rig.run("tail", "--file", path, "0s9xhm7hw090q").status == 2)
    #expect(try rig.run("tail", "--file", path, "--handler-output").status == 2)
  }
}
