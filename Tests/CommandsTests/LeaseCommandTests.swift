import TestSupport
import MemoryStorage
import Jobs
import PosixIO
import Storage
import Testing

@Suite struct LeaseCommandTests {
  let rig: CommandStage
  let id: JobID
  let token: String
  static let stale = "0123456789abcdef"

  init() throws {
    rig = try CommandStage()
    id = try rig.enqueue()
    token = try rig.claim().lease.token.description
  }

  private func run(_ verb: String, _ rest: String...) throws -> CommandStage.Result {
    try rig.run([verb, "\(id)", "--token", token] + rest)
  }

  @Test func `renew extends the lease and prints nothing`() throws {
    rig.now = rig.now + .seconds(10)
    let result = try run("renew", "--lease", "5m")
    #expect((result.status, result.output, result.errors) == (0, "", ""))
    #expect(try rig.job(id).job.leaseUntil == rig.now + .minutes(5))
  }

  @Test func `renew says that a cancel was requested`() throws {
    _ = try rig.memory.apply(
      ApplyRequest(
        .cancel, [PlanItem(id: id, state: .active, attempt: 1)], actor: "ops", reason: nil,
        now: rig.now))
    let result = try run("renew")
    #expect((result.status, result.output) == (0, ""))
    #expect(result.errors.contains("asks that it be cancelled"))
  }

  @Test(arguments: ["renew", "complete", "fail"])
  func `a stale token is status 5 and changes nothing`(_ verb: String) throws {
    let before = try rig.job(id)
    let result = try rig.run(verb, "\(id)", "--token", Self.stale)
    #expect((result.status, result.output) == (5, ""))
    #expect(result.errors.contains("is lost"))
    #expect(try rig.job(id) == before)
  }

  @Test(arguments: ["renew", "complete", "fail"])
  func `job and token are needed, and are checked`(_ verb: String) throws {
    #expect(try rig.run(verb, "\(id)").status == 2)
    #expect(try rig.run(verb, "--token", token).status == 2)
    #expect(try rig.run(verb, "\(id)", "--token", "12").status == 2)
    #expect(try rig.run(verb, "no id", "--token", token).status == 2)
    #expect(rig.intents.isEmpty)
  }

  @Test(arguments: ["renew", "complete", "fail"])
  func `no store is made`(_ verb: String) throws {
    rig.refusal = .missing(path: "/q.db")
    #expect(try run(verb).status == 69)
    #expect(rig.intents == [.write])
  }

  @Test func `complete keeps the result as written`() throws {
    let result = try run("complete", "--result", "{\"b\": 1,  \"a\":2}")
    #expect((result.status, result.output) == (0, ""))
    #expect(try rig.job(id).job.state == .completed)
    #expect(try rig.job(id).result == Array("{\"b\": 1,  \"a\":2}".utf8))
  }

  @Test func `a result may come from a file`() throws {
    let path = rig.scratch.path("result")
    try FileSystem.replaceFile(path, with: Array("[1]".utf8))
    #expect(try run("complete", "--result-file", path).status == 0)
    #expect(try rig.job(id).result == Array("[1]".utf8))
  }

  @Test func `a result that is no JSON changes nothing`() throws {
    #expect(try run("complete", "--result", "{").status == 65)
    #expect(try rig.job(id).job.state == .active)
  }

  @Test func `a result that is too large changes nothing`() throws {
    let path = rig.scratch.path("result")
    let text = "\"" + String(repeating: "x", count: NewJob.largestPayload) + "\""
    try FileSystem.replaceFile(path, with: Array(text.utf8))
    #expect(try run("complete", "--result-file", path).status == 65)
    #expect(try rig.job(id).job.state == .active)
  }

  @Test func `a file that is missing is status 66`() throws {
    let path = rig.scratch.path("missing")
    #expect(try run("complete", "--result-file", path).status == 66)
    #expect(try run("fail", "--error-file", path).status == 66)
    #expect(try rig.job(id).job.state == .active)
  }

  @Test func `fail keeps the error and waits to be retried`() throws {
    #expect(try run("fail", "--error", "no route\n").status == 0)
    let job = try rig.job(id).job
    #expect((job.state, job.error, job.failures) == (.retrying, "no route", 1))
  }

  @Test func `of an error file the end is kept`() throws {
    let path = rig.scratch.path("error")
    let text = String(repeating: "x", count: 5000) + " the reason\n\n"
    try FileSystem.replaceFile(path, with: Array(text.utf8))
    #expect(try run("fail", "--error-file", path).status == 0)
    let error = try #require(try rig.job(id).job.error)
    #expect(error.hasSuffix(" the reason"))
    #expect(error.utf8.count == ErrorText.longest)
  }

  @Test func `a permanent failure is the death of the job`() throws {
    #expect(try run("fail", "--permanent").status == 0)
    #expect(try rig.job(id).job.state == .dead)
  }

  @Test func `retry-after wins over the backoff`() throws {
    #expect(try run("fail", "--retry-after", "90s").status == 0)
    #expect(try rig.job(id).job.runAt == rig.now + .seconds(90))
  }

  @Test(arguments: [
    ["--permanent", "--retry-after", "1s"], ["--error", "a", "--error-file", "b"],
    ["--retry-after", "9000d"],
  ])
  func `contradictions are refused`(_ flags: [String]) throws {
    #expect(try rig.run(["fail", "\(id)", "--token", token] + flags).status == 2)
    #expect(try rig.run("complete", "\(id)", "--result", "1", "--result-file", "b").status == 2)
  }
}
