import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

/// `edit` in an editor, which is a line of shell here.
@Suite struct EditTests {
  private static let secret = "s3cr3t-w0rd"

  private func rig(editor: String? = nil) throws -> CommandRig {
    let rig = try CommandRig()
    try FileSystem.makeDirectory(rig.scratch.path("run"), mode: 0o700)
    rig.environment["XDG_RUNTIME_DIR"] = rig.scratch.path("run")
    rig.environment["EDITOR"] = editor
    return rig
  }

  private func add(_ rig: CommandRig, _ payload: String, to queue: String = "emails") throws
    -> JobID
  {
    let job = NewJob(queue: try QueueName(queue), payload: Array(payload.utf8))
    return try rig.store.enqueue(job, at: rig.now).id
  }

  private func payload(_ rig: CommandRig, _ id: JobID) throws -> String {
    String(decoding: try #require(try rig.store.job(id)).payload, as: UTF8.self)
  }

  /// What lies where the editor's files are made.
  private func leftovers(_ rig: CommandRig) throws -> [String] {
    try FileSystem.entries(of: rig.scratch.path("run")).map { "\($0.name)" }
  }

  /// The text that was kept, by the path that the message names.
  private func kept(_ rig: CommandRig, _ ran: CommandRig.Ran) throws -> String {
    let folder = try #require(try leftovers(rig).first)
    let name = try #require(try FileSystem.entries(of: rig.scratch.path("run/\(folder)")).first)
    let path = rig.scratch.path("run/\(folder)/\(name.name)")
    #expect(ran.errors.contains("our text is in \(path)"))
    return String(decoding: try FileSystem.readFile(path, limit: 1 << 20), as: UTF8.self)
  }

  @Test func `what the editor leaves is the payload; the old one is kept, the file is gone`() throws
  {
    let rig = try rig(editor: "sed -i s/ann/bob/")
    let id = try add(rig, #"{"user":"ann"}"#)
    let ran = try rig.run("edit", id.description, "--reason", "wrong user")
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: "qctl: edited 1 job\n"))
    #expect(try payload(rig, id) == #"{"user":"bob"}"#)
    let action = try #require(try rig.store.job(id)?.actions.first)
    #expect(action.event == .edited)
    #expect(action.payload == Array(#"{"user":"ann"}"#.utf8))
    #expect(action.reason == "wrong user")
    #expect(try leftovers(rig).isEmpty)
  }

  @Test func `VISUAL is asked before EDITOR, and may have flags`() throws {
    let rig = try rig(editor: "false")
    rig.environment["VISUAL"] = "sed -i -e s/1/2/"
    let id = try add(rig, "[1]")
    #expect(try rig.run("edit", id.description).status == 0)
    #expect(try payload(rig, id) == "[2]")
  }

  @Test(arguments: ["{\"a\":1}", "a text", "two\nlines\n", ""])
  func `an unchanged text changes nothing`(text: String) throws {
    let rig = try rig(editor: "touch")
    let id = try add(rig, text)
    let ran = try rig.run("edit", id.description)
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: "qctl: nothing was changed\n"))
    #expect(try rig.store.job(id)?.actions.isEmpty == true)
    #expect(try leftovers(rig).isEmpty)
  }

  @Test(arguments: [("one", "twone"), ("one\n", "twone\n"), ("", "tw\n")])
  func `the line end that editors put at the end is no part of the payload`(
    old: String, new: String
  ) throws {
    let rig = try rig(
      editor: #"f() { printf tw > "$1.new"; cat "$1" >> "$1.new"; mv "$1.new" "$1"; }; f"#)
    let id = try add(rig, old)
    _ = try rig.run("edit", id.description)
    #expect(try payload(rig, id) == (old.isEmpty ? "tw" : new))
  }

  @Test func `only with pretty is JSON laid out`() throws {
    let rig = try rig()
    let seen = rig.scratch.path("seen")
    rig.environment["EDITOR"] = "f() { cat \"$1\" > '\(seen)'; echo \"$1\" > '\(seen).name'; }; f"
    let id = try add(rig, #"{"a":1,"b":[]}"#)
    _ = try rig.run("edit", id.description)
    #expect(try rig.text("seen") == "{\"a\":1,\"b\":[]}\n")
    #expect(try rig.text("seen.name").hasSuffix("\(id).json\n"))
    let ran = try rig.run("edit", id.description, "--pretty")
    #expect(try rig.text("seen") == "{\n  \"a\": 1,\n  \"b\": []\n}\n")
    #expect(ran.errors == "qctl: nothing was changed\n")
    #expect(try payload(rig, id) == #"{"a":1,"b":[]}"#)
  }

  @Test func `nobody else can read the file`() throws {
    let rig = try rig()
    let seen = rig.scratch.path("seen")
    rig.environment["EDITOR"] = "f() { stat -c %a \"$1\" \"${1%/*}\" > '\(seen)'; }; f"
    _ = try rig.run("edit", try add(rig, "x").description)
    #expect(try rig.text("seen") == "600\n700\n")
  }

  @Test(arguments: [("false", "ended with status 1"), ("kill -KILL $$;", "was ended by SIGKILL")])
  func `an editor that fails changes nothing`(editor: String, how: String) throws {
    let rig = try rig(editor: editor)
    let id = try add(rig, "{}")
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 1)
    #expect(ran.errors == "qctl: the editor \(how); nothing was changed\n")
    #expect(try leftovers(rig).isEmpty)
  }

  @Test func `what was written before the editor failed is kept`() throws {
    let rig = try rig(editor: #"f() { echo '{"b":2}' > "$1"; return 3; }; f"#)
    let id = try add(rig, "{}")
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 1)
    #expect(ran.errors.contains("ended with status 3; nothing was changed"))
    #expect(try kept(rig, ran) == "{\"b\":2}\n")
    #expect(try payload(rig, id) == "{}")
  }

  @Test func `JSON that is none any more is refused, and kept`() throws {
    let rig = try rig(editor: "sed -i s/}//")
    let id = try add(rig, #"{"key":"\#(Self.secret)"}"#)
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 65)
    #expect(ran.errors.contains("the payload is JSON no more: "))
    #expect(!ran.errors.contains(Self.secret))
    #expect(try kept(rig, ran) == #"{"key":"\#(Self.secret)""# + "\n")
    #expect(try payload(rig, id).hasSuffix("}"))
    let forced = try rig.run("edit", id.description, "--force")
    #expect(forced.status == 0)
    #expect(try payload(rig, id) == #"{"key":"\#(Self.secret)""#)
  }

  @Test(arguments: [
    (["e"], 0, #"{"a":1}"#, true), (["s"], 0, #"{"a":1"#, true), (["l"], 1, "{}", false),
    ([], 1, "{}", false),
  ])
  func `on a terminal it asks`(
    answers: [String], status: Int32, payload after: String, isStored: Bool
  ) throws {
    // Broken the first time, whole the second.
    let rig = try rig(
      editor:
        #"f() { if grep -q a "$1"; then echo '{"a":1}' > "$1"; else echo '{"a":1' > "$1"; fi; }; f"#
    )
    rig.inputIsTerminal = true
    rig.answers = answers
    let id = try add(rig, "{}")
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == status)
    #expect(ran.errors.contains("Edit again, store it all the same, or leave it? [e/s/L] "))
    #expect(try payload(rig, id) == after)
    #expect(try leftovers(rig).isEmpty == isStored)
  }

  @Test func `a change by somebody else meanwhile is not overwritten`() throws {
    let rig = try rig(editor: "sed -i s/1/2/")
    let id = try add(rig, #"{"a":1}"#)
    let (store, now) = (rig.store, rig.now)
    rig.trouble = { (request) throws(StorageError) in
      let edit = PayloadEdit.replace(with: Array("[]".utf8), of: Array(#"{"a":1}"#.utf8))
      _ = try store.apply(
        ApplyRequest(.edit(edit), request.items, actor: "other", reason: nil, now: now))
    }
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 1)
    #expect(ran.errors.contains("its payload was changed by somebody else meanwhile"))
    #expect(try kept(rig, ran) == "{\"a\":2}\n")
    #expect(try payload(rig, id) == "[]")
  }

  @Test func `a store that fails loses no text`() throws {
    let rig = try rig(editor: "sed -i s/1/2/")
    let id = try add(rig, "1")
    rig.trouble = { (_) throws(StorageError) in throw .busy(path: "q", detail: "locked") }
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 75)
    #expect(try kept(rig, ran) == "2\n")
  }

  @Test func `running, ended and unknown jobs are told before the editor opens`() throws {
    let rig = try rig(editor: "sed -i s/1/2/")
    let id = try add(rig, "1")
    try rig.claim("emails")
    let active = try rig.run("edit", id.description)
    #expect(active.status == 1)
    #expect(active.errors == "qctl: job \(id) is active and cannot be edited\n")
    let unknown = try rig.run("edit", "0000000000001")
    #expect(unknown.status == 1)
    #expect(unknown.errors == "qctl: no job 0000000000001\n")
    #expect(try rig.run("edit", id.description, "--set", "a=1").status == 1)
  }

  @Test func `bytes that are no text open only by force`() throws {
    let rig = try rig(editor: "sed -i s/a/b/")
    var job = NewJob(queue: try QueueName("emails"))
    job.payload = [0x61, 0xFF]
    let id = try rig.store.enqueue(job, at: rig.now).id
    #expect(try rig.run("edit", id.description).status == 65)
    rig.environment["EDITOR"] = "env LC_ALL=C sed -i s/a/b/"
    #expect(try rig.run("edit", id.description, "--force").status == 0)
    #expect(try rig.store.job(id)?.payload == [0x62, 0xFF])
  }

  @Test func `without a terminal and without a named editor it is refused`() throws {
    let rig = try rig()
    let id = try add(rig, "1")
    let ran = try rig.run("edit", id.description)
    #expect(ran.status == 2)
    #expect(ran.errors.contains("no terminal for an editor"))
    rig.environment["EDITOR"] = "true"
    #expect(try rig.run("edit", id.description, "--no-input").status == 2)
  }

  @Test(arguments: [
    ["edit"], ["edit", "-q", "emails"], ["edit", "--all", "--yes"], ["edit", "-"],
    ["edit", "0000000000001", "0000000000002"], ["edit", "0000000000001", "--dry-run"],
    ["edit", "0000000000001", "-q", "emails"],
    ["edit", "0000000000001", "--set", "a=1", "--payload-file", "x"],
    ["edit", "0000000000001", "--set", "a=1", "--pretty"],
    ["edit", "0000000000001", "--set", "a"], ["edit", "--set", "a=1"],
  ])
  func `what could be an accident is refused`(words: [String]) throws {
    #expect(try rig(editor: "true").run(words).status == 2)
  }
}
