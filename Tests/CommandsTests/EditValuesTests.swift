import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

/// `edit --set`, `--set-string` and `--payload-file`.
@Suite struct EditValuesTests {
  private static let secret = "s3cr3t-w0rd"

  private func add(_ rig: CommandRig, _ payload: String, to queue: String = "emails") throws
    -> JobID
  {
    let job = NewJob(queue: try QueueName(queue), payload: Array(payload.utf8))
    return try rig.store.enqueue(job, at: rig.now).id
  }

  private func payload(_ rig: CommandRig, _ id: JobID) throws -> String {
    String(decoding: try #require(try rig.store.job(id)).payload, as: UTF8.self)
  }

  @Test(arguments: [
    (["--set", "a=2"], #"{"a":2, "b":{"c":"x"}}"#),
    (["--set", "a=two"], #"{"a":"two", "b":{"c":"x"}}"#),
    (["--set-string", "a=2"], #"{"a":"2", "b":{"c":"x"}}"#),
    (["--set", "a="], #"{"a":"", "b":{"c":"x"}}"#),
    (["--set", "a=null", "--set", "b.c=[1,2]"], #"{"a":null, "b":{"c":[1,2]}}"#),
    (["--set", "b=5", "--set-string", "b=6", "--set", "a=x=y"], #"{"a":"x=y", "b":"6"}"#),
    (["--set-string", "b=6", "--set", "b=5"], #"{"a":1, "b":5}"#),
    (["--set", "b.d=true"], #"{"a":1, "b":{"c":"x","d":true}}"#),
  ])
  func `values go where they are told`(words: [String], after: String) throws {
    let rig = try CommandRig()
    let id = try add(rig, #"{"a":1, "b":{"c":"x"}}"#)
    let ran = try rig.run(["edit", id.description] + words)
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: "qctl: edited 1 job\n"))
    #expect(try payload(rig, id) == after)
  }

  @Test func `a filter needs a yes, and each job keeps its old payload`() throws {
    let rig = try CommandRig()
    let ids = [try add(rig, "{}"), try add(rig, #"{"a":1}"#)]
    let other = try add(rig, "{}", to: "other")
    let words = ["edit", "-q", "emails", "--set", "a=1"]
    #expect(try rig.run(words).status == 2)
    rig.inputIsTerminal = true
    rig.answers = ["y"]
    let ran = try rig.run(words)
    #expect(ran.status == 0)
    #expect(ran.errors.contains("Edit 2 jobs? [y/N] "))
    #expect(ran.errors.contains("edited 1 job; 1 already done"))
    #expect(try payload(rig, ids[0]) == #"{"a":1}"#)
    #expect(try rig.store.job(ids[0])?.actions.map(\.payload) == [Array("{}".utf8)])
    #expect(try rig.store.job(ids[1])?.actions.isEmpty == true)
    #expect(try payload(rig, other) == "{}")
  }

  @Test func `jobs that cannot be changed so are named, and the others are changed`() throws {
    let rig = try CommandRig()
    let text = try add(rig, "plain")
    let list = try add(rig, #"{"a":[]}"#)
    let fit = try add(rig, #"{"a":{"b":0}}"#)
    let ran = try rig.run("edit", "--all", "--yes", "--set", "a.b=1")
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(text) was left as it was: its payload is not JSON"))
    #expect(ran.errors.contains("job \(list) was left as it was: its payload has no such place"))
    #expect(try payload(rig, fit) == #"{"a":{"b":1}}"#)
    #expect(try rig.run("edit", text.description, "--set", "a=1").status == 1)
  }

  @Test func `a payload comes from a file`() throws {
    let rig = try CommandRig()
    let id = try add(rig, #"{"a":1}"#)
    let path = rig.scratch.path("new.json")
    try FileSystem.replaceFile(path, with: Array("[2]\n".utf8), mode: 0o600)
    let shown = try rig.run("edit", id.description, "--payload-file", path, "--dry-run")
    #expect(shown.status == 0)
    #expect(try payload(rig, id) == #"{"a":1}"#)
    #expect(try rig.run("edit", id.description, "--payload-file", path).status == 0)
    #expect(try payload(rig, id) == "[2]\n")
    try FileSystem.replaceFile(path, with: Array("no JSON".utf8), mode: 0o600)
    #expect(try rig.run("edit", id.description, "--payload-file", path).status == 65)
    #expect(try payload(rig, id) == "[2]\n")
    #expect(try rig.run("edit", id.description, "--payload-file", path, "--force").status == 0)
    #expect(try payload(rig, id) == "no JSON")
    let missing = rig.scratch.path("missing")
    #expect(try rig.run("edit", id.description, "--payload-file", missing).status == 66)
  }

  @Test func `no payload is told in a message, in the log, or in a plan`() throws {
    let rig = try CommandRig()
    let id = try add(rig, #"{"old":"\#(Self.secret)"}"#)
    let text = try add(rig, Self.secret)
    let said = [
      try rig.run("edit", "--all", "--yes", "--set", "key=\(Self.secret)"),
      try rig.run("edit", "--all", "--dry-run", "--set", "key=\(Self.secret)1"),
      try rig.run("edit", id.description, "--json", "--set", "key=\(Self.secret)2"),
      try rig.run("edit", id.description, "--set", Self.secret),
      try rig.run("edit", id.description, "--set", "a..b=\(Self.secret)"),
      try rig.run("edit", text.description, "--set", "a=\(Self.secret)"),
      try rig.run("tail", "-o", "json"),
    ]
    for ran in said { #expect(!(ran.output + ran.errors).contains(Self.secret)) }
    #expect(said.map(\.status) == [3, 0, 0, 2, 2, 1, 0])
  }
}
