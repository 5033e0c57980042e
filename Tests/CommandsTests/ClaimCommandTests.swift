import TestSupport
import Jobs
import PosixIO
import Storage
import Testing
import Text

@Suite struct ClaimCommandTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  @Test func `a claim prints id and token on one line`() throws {
    let id = try rig.enqueue("emails")
    let result = try rig.run("claim", "-q", "emails", "--worker", "script-1")
    let job = try rig.job(id).job
    let token = try #require(job.token)
    #expect((result.status, result.output) == (0, "\(id) \(token)\n"))
    #expect(job.state == .active)
    #expect(job.worker == "script-1")
    #expect(job.leaseUntil == rig.now + .seconds(60))
    #expect(rig.intents == [.write])
  }

  @Test func `where there is none the status is 1 and nothing is printed`() throws {
    try rig.enqueue("emails", type: "other")
    let result = try rig.run("claim", "-q", "emails", "-t", "welcome")
    #expect((result.status, result.output, result.errors) == (1, "", ""))
  }

  @Test func `a misspelt queue is named`() throws {
    try rig.enqueue("emails")
    let result = try rig.run("claim", "-q", "email")
    #expect(result.status == 1)
    #expect(result.errors == "qctl: no queue 'email'; did you mean 'emails'?\n")
  }

  @Test func `a missing store is status 69`() throws {
    rig.refusal = .missing(path: "/q.db")
    #expect(try rig.run("claim").status == 69)
  }

  @Test(arguments: [
    (Array("{\"n\": 1}".utf8), "payload", JSONValue.object([.init(key: "n", value: .number("1"))])),
    (Array("hello".utf8), "payload_text", .string("hello")),
    ([], "payload_text", .string("")),
    ([0xff, 0x00], "payload_b64", .string("/wA=")),
  ])
  func `JSON carries the payload under the key that says what it is`(
    _ payload: [UInt8], _ key: String, _ value: JSONValue
  ) throws {
    try rig.enqueue("default", payload)
    let found = try members(try rig.run("claim", "--json").output)
    #expect(found.filter { $0.key.hasPrefix("payload") }.map(\.key) == [key])
    #expect(found.first { $0.key == key }?.value == value)
  }

  @Test func `JSON is the job's fields in order, then token, payload and tags`() throws {
    let tag = try Tag(name: "user_id", value: "42")
    let id = try rig.enqueue("emails", Array("1".utf8), tags: [tag])
    let found = try members(try rig.run("claim", "-q", "emails", "-o", "json").output)
    #expect(found.map(\.key).prefix(4) == ["id", "queue", "type", "state"])
    #expect(found.map(\.key).suffix(3) == ["token", "payload", "tags"])
    #expect(found.first?.value == .string("\(id)"))
    #expect(found.last?.value == .object([.init(key: "user_id", value: .string("42"))]))
  }

  @Test func `several jobs are one line each`() throws {
    for _ in 0..<3 { try rig.enqueue() }
    #expect(try rig.run("claim", "-n", "2").lines.count == 2)
    #expect(try rig.run("claim", "-n", "5", "--json").lines.count == 1)
  }

  @Test func `a template names fields and the token`() throws {
    let id = try rig.enqueue(type: "resize")
    let result = try rig.run("claim", "--format", "{id}\\t{type}\\t{token}", "-0")
    let token = try #require(try rig.job(id).job.token)
    #expect(result.output == "\(id)\tresize\t\(token)\0")
  }

  @Test func `a wrong template is refused before anything is claimed`() throws {
    let id = try rig.enqueue()
    let result = try rig.run("claim", "--format", "{tokn}")
    #expect(result.status == 2)
    #expect(result.errors.contains("did you mean token"))
    #expect(try rig.job(id).job.attempt == 0)
  }

  @Test(arguments: ["--payload-file", "--output-file"])
  func `the payload goes byte for byte into a private file`(_ flag: String) throws {
    try rig.enqueue("default", [0xff, 0x00, 0x0a])
    let path = rig.scratch.path("payload")
    try FileSystem.replaceFile(path, with: [1], mode: 0o644)
    #expect(try rig.run("claim", flag, path).status == 0)
    #expect(try FileSystem.readFile(path, limit: 10) == [0xff, 0x00, 0x0a])
    #expect(try FileSystem.status(of: path).mode == 0o600)
  }

  @Test func `one payload file is for one job`() throws {
    #expect(try rig.run("claim", "-n", "2", "--payload-file", "x").status == 2)
    #expect(rig.intents.isEmpty)
  }

  @Test func `a job whose payload cannot be written is given back`() throws {
    let id = try rig.enqueue()
    let result = try rig.run("claim", "--payload-file", rig.scratch.path("missing/payload"))
    #expect((result.status, result.output) == (73, ""))
    #expect(try rig.job(id).job.state == .ready)
    #expect(try rig.job(id).job.failures == 0)
  }

  @Test func `a job that cannot be printed is given back`() throws {
    let id = try rig.enqueue()
    rig.outputPath = "/dev/full"
    #expect(throws: (any Error).self) { try rig.run("claim") }
    #expect(try rig.job(id).job.state == .ready)
  }
}
