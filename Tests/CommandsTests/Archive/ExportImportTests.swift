import MemoryStorage
import Jobs
import Storage
import TestSupport
import Testing
import Text

@testable import Commands

@Suite struct ExportImportTests {
  let rig: ArchiveRig

  init() throws { rig = try ArchiveRig() }

  private func export() throws -> String {
    try rig.run("export", "--store", "/a", "--quiet").output
  }

  @Test func `what was exported comes back byte for byte`() throws {
    try rig.fill()
    let exported = try export()
    let path = try rig.write("x.ndjson", exported)
    let ran = try rig.run("import", "--store", "/b", path)
    #expect(ran.errors.hasPrefix("qctl: imported 2 queues, 4 jobs, 1 remembered request, "))
    #expect(ran.status == 0)
    #expect(body(try rig.run("export", "--store", "/b").output) == body(exported))
    let ids = try rig.run("list", "--store", "/a", "--ids").lines.map { try JobID($0) }
    for id in ids { #expect(try rig.a.job(id) == rig.b.job(id)) }
  }

  @Test func `doing it twice changes nothing, and says so`() throws {
    try rig.fill()
    let path = try rig.write("x.ndjson", try export())
    _ = try rig.run("import", "--store", "/b", path)
    let before = body(try rig.run("export", "--store", "/b").output)
    let again = try rig.run("import", "--store", "/b", "--json", path)
    #expect(again.status == 0)
    let found = try members(again.lines[0])
    #expect(found[0].value == .number("0"))
    #expect(found[1].value.int64 ?? 0 > 8)
    #expect(body(try rig.run("export", "--store", "/b").output) == before)
  }

  @Test func `the lines have their kinds in order, and jobs the names of show`() throws {
    try rig.fill()
    let lines = try export().split(separator: "\n").map(String.init)
    var kinds: [String] = []
    for line in lines {
      let kind = try #require(try members(line).first?.value.string)
      if kinds.last != kind { kinds.append(kind) }
    }
    #expect(kinds == ["header", "queue", "job", "request", "minute", "log", "end"])
    let known = Set(
      JobField.allCases.map(\.rawValue) + [
        "kind", "payload", "payload_text", "payload_b64", "tags", "backoff", "cancel_requested",
        "marked", "holds_unique_key", "unique_scope", "concurrency_key", "schedule", "batch",
        "result", "result_text", "result_b64", "attempts",
      ])
    for line in lines where line.hasPrefix("{\"kind\":\"job\"") {
      #expect(known.isSuperset(of: try members(line).map(\.key)))
    }
    #expect(!lines.joined().contains("token"))
    #expect(lines[3].contains("\"payload_b64\":\"AP8K\""))
    #expect(lines[4].contains("\"payload_text\":\" [1,\\n2] \""))
  }

  @Test func `a filter restricts to jobs`() throws {
    try rig.fill()
    let ran = try rig.run("export", "--store", "/a", "--state", "dead,scheduled")
    #expect(ran.errors == "qctl: exported 2 jobs\n")
    #expect(body(ran.output).allSatisfy { $0.hasPrefix("{\"kind\":\"job\"") })
    #expect(try rig.run("export", "--store", "/a", "-q", "emial").status == 1)
    let id = try rig.run("list", "--store", "/a", "--ids").lines[0]
    #expect(body(try rig.run("export", "--store", "/a", id).output).count == 1)
    #expect(try rig.run("export", "--store", "/a", id, "0000000000001").status == 3)
  }

  @Test func `a file has its name only when it is whole`() throws {
    try rig.add()
    let path = rig.scratch.path("out.ndjson")
    #expect(try rig.run("export", "--store", "/a", "--output-file", path).output == "")
    #expect(try rig.text("out.ndjson") == (try export()))
    #expect(try rig.run("export", "--store", "/a", "--output-file", "/dev/null").status == 73)
    #expect(try rig.run("export", "--store", "/a", "--output-file", "/nowhere/x").status == 73)
  }

  @Test func `a file that was cut, changed or is none imports nothing`() throws {
    try rig.fill()
    let lines: [String] = try export().split(separator: "\n").map { String($0) + "\n" }
    func refusal(_ lines: [String]) throws -> String {
      let path = try rig.write("x.ndjson", lines.joined())
      let ran = try rig.run("import", "--store", "/b", path)
      #expect(ran.status == 65)
      #expect(ran.errors.hasSuffix("nothing was imported\n"))
      #expect(try rig.b.queues(at: rig.now).isEmpty)
      return ran.errors
    }
    for count in 0..<lines.count {
      #expect(try refusal(Array(lines[..<count])).contains("cut off"))
    }
    var changed = lines
    changed[4] = changed[4].replacing("\"priority\":5", with: "\"priority\":4")
    #expect(try refusal(changed).contains("line \(lines.count): the checksum"))
    changed = lines
    changed.remove(at: 3)
    #expect(try refusal(changed).contains("the checksum"))
    changed[2] = "{\"kind\":\"jog\"}\n"
    #expect(try refusal(changed).contains("x.ndjson, line 3: an unknown kind 'jog'"))
    #expect(try refusal(["hello\n"]).contains("line 1: "))
    #expect(try refusal(Array(lines.dropFirst())).contains("line 1: this is no export"))
    #expect(try refusal(lines + ["\n"]).contains("something follows"))
    #expect(try rig.run("import", "--store", "/b", "/nowhere").status == 66)
  }

  @Test func `a dry run checks and changes nothing`() throws {
    try rig.fill()
    let path = try rig.write("x.ndjson", try export())
    let ran = try rig.run("import", "--store", "/b", "--dry-run", path)
    #expect(ran.errors.contains("holds 2 queues, 4 jobs"))
    #expect(try rig.b.queues(at: rig.now).isEmpty)
  }

  @Test func `what differs is named and left alone`() throws {
    let id = try rig.add { $0.uniqueKey = "k" }
    let path = try rig.write("x.ndjson", try export())
    _ = try rig.run("import", "--store", "/b", path)
    _ = try rig.claim(from: rig.b)
    let ran = try rig.run("import", "--store", "/b", path)
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(id) is there with other content and was left alone"))
    #expect(try rig.b.job(id)?.job.state == .active)
  }

  @Test func `a job whose key is taken comes without it`() throws {
    try rig.add(to: rig.b) { $0.uniqueKey = "k" }
    rig.now = rig.now + .seconds(1)
    let id = try rig.add { $0.uniqueKey = "k" }
    let path = try rig.write("x.ndjson", try export())
    let ran = try rig.run("import", "--store", "/b", path)
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(id) was taken in without its unique key"))
    let again = try rig.run("import", "--store", "/b", path)
    // The target has lived on, so its own minutes differ.
    #expect(again.errors.contains("1 job there already"), "\(again.errors)")
  }

  @Test func `interrupted and run again, nothing is missing and nothing is double`() throws {
    try rig.fill()
    for _ in 0..<500 { try rig.add() }
    let exported = try export()
    let path = try rig.write("x.ndjson", exported)
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > 3
    }
    let ran = try rig.run("import", "--store", "/b", path)
    #expect(ran.status == 130)
    #expect(ran.errors.contains("run the same command again"))
    rig.isAskedToStop = { false }
    #expect(try rig.run("import", "--store", "/b", path).status == 0)
    #expect(body(try rig.run("export", "--store", "/b").output) == body(exported))
  }

  @Test func `half of the log is there already`() throws {
    try rig.fill()
    let records = try rig.a.log(LogPageRequest(LogFilter(), .after(.start), size: 100)).records
    #expect(records.count > 3)
    var own = LogRecord(.workerStarted, at: rig.now)
    own.worker = "w"
    try rig.b.record([own] + records.prefix(2) + [own])
    let path = try rig.write("x.ndjson", try export())
    _ = try rig.run("import", "--store", "/b", path)
    let found = try rig.b.log(LogPageRequest(LogFilter(), .after(.start), size: 100)).records
    #expect(found == [own] + records.prefix(2) + [own] + records.dropFirst(2))
  }

  @Test func `a store without minutes says how many were left out`() throws {
    try rig.fill()
    rig.keepsMinutes = false
    let path = try rig.write("x.ndjson", try export())
    let ran = try rig.run("import", "--store", "/b", path)
    #expect(ran.status == 0)
    #expect(ran.errors.contains("left out 2 of minutes: it has no clock"))
  }

  @Test(arguments: [
    ("\"state\":\"ready\"", "\"state\":\"dead\"", "finished_at"),
    ("\"state\":\"ready\"", "\"state\":\"gone\"", "state is unknown"),
    ("\"attempt\":0", "\"attempt\":-1", "attempt is negative"),
    ("\"queue\":\"emails\"", "\"queue\":\"../x\"", "queue"),
    ("\"priority\":5", "\"priority\":10", "priority must be"),
    ("\"payload\":{}", "\"payload\":{},\"payload_text\":\"\"", "more than one payload"),
    ("\"payload\":{}", "\"x\":{}", "payload is missing"),
    ("\"payload\":{}", "\"payload\":{},\"x\":1", "unknown member 'x'"),
    ("\"payload\":{}", "\"payload\":{},\"attempts\":[1]", "attempt lacks"),
    ("\"payload\":{}", "\"payload\":{},\"holds_unique_key\":true", "holds_unique_key"),
    ("\"payload\":{}", "\"payload\":{},\"tags\":{\"a\":1}", "tags"),
  ])
  func `what no store would have is refused`(_ was: String, _ now: String, _ reason: String) throws
  {
    try rig.add()
    let lines = try export().split(separator: "\n").map(String.init)
    let line = lines[2].replacing(was, with: now)
    #expect(line != lines[2])
    let bytes = Array(line.utf8)
    do {
      _ = try ArchiveLineReader.read(bytes, in: 0..<bytes.count)
      Issue.record("\(line) was read")
    } catch {
      #expect(error.reason.contains(reason), "\(error.reason)")
    }
  }
}
