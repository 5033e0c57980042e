import TestSupport
import Jobs
import PosixIO
import Storage
import Testing
import Text

@testable import Commands

@Suite struct StoreCommandTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  @Test func `capabilities come with reason and remedy`() throws {
    let lines = try rig.run("capabilities", "--json").lines.map { try members($0) }
    #expect(lines.count == Capability.allCases.count + 1)
    #expect(lines[0].map(\.key) == ["capability", "support", "reason", "remedy"])
    let absent = lines.filter { $0[1].value == .string("none") }
    #expect(absent.map { $0[0].value } == [.string("transactional_enqueue"), .string("backup")])
    #expect(absent.first?[3].value == .string("use an SQLite store"))
    #expect(lines.last?[0].value == .string("read_effect"))
    #expect(lines.last?[1].value == .string("pure"))
  }

  @Test func `capabilities as a table and by field`() throws {
    #expect(try rig.run("capabilities").lines.first?.hasPrefix("CAPABILITY") == true)
    #expect(
      try rig.run("capabilities", "--format", "{capability}={support}").lines[0] == "browse=full")
    #expect(rig.intents == [.read, .read])
  }

  @Test func `doctor without a finding is status 0`() throws {
    #expect(try rig.run("doctor").status == 0)
    #expect(rig.intents == [.read])
  }

  @Test(arguments: [
    (Finding.Grade.ok, Int32(0)), (.note, 0), (.warning, 1), (.error, 1),
  ])
  func `warnings and errors are status 1`(_ grade: Finding.Grade, _ status: Int32) throws {
    rig.findings = [Finding(grade, "wal", "a \u{1b} thing", remedy: "do it")]
    let result = try rig.run("doctor", "--json")
    #expect(result.status == status)
    #expect(
      result.output
        == "{\"grade\":\"\(grade.rawValue)\",\"check\":\"wal\",\"message\":\"a \\u001b thing\",\"remedy\":\"do it\"}\n"
    )
    #expect(try rig.run("doctor").output.contains("a \\x1b thing"))
  }

  @Test func `a repair is printed before the store is looked over again`() throws {
    rig.findings = [Finding(.ok, "counts", "true")]
    rig.repairs = [Repair(.mended, "counts", "were wrong"), Repair(.quarantined, "jobs", "a job")]
    let result = try rig.run("doctor", "--repair", "--reason", "tests", "--json")
    #expect(result.status == 0)
    #expect(
      result.lines == [
        #"{"deed":"mended","check":"counts","message":"were wrong","remedy":null}"#,
        #"{"deed":"quarantined","check":"jobs","message":"a job","remedy":null}"#,
        #"{"grade":"ok","check":"counts","message":"true","remedy":null}"#,
      ])
    #expect(rig.intents == [.write])
    #expect(rig.repairRequest?.reason == "tests")
    #expect(rig.repairRequest?.isDryRun == false)
    #expect(rig.repairRequest?.actor.isEmpty == false)
  }

  @Test func `after a repair the status says whether something is left`() throws {
    rig.findings = [Finding(.error, "integrity", "broken", remedy: "restore")]
    rig.repairs = [Repair(.left, "integrity", "broken", remedy: "restore")]
    let result = try rig.run("doctor", "--repair")
    #expect(result.status == 1)
    #expect(result.output.contains("left"))
  }

  @Test(arguments: [false, true])
  func `a dry run of a repair only says what it would do`(_ isNeeded: Bool) throws {
    let repairs = isNeeded ? [Repair(.mended, "counts", "wrong")] : []
    rig.findings = [Finding(.error, "counts", "false")]
    rig.repairs = repairs
    let result = try rig.run("doctor", "--repair", "--dry-run", "--no-header")
    #expect(result.status == (isNeeded ? 1 : 0))
    #expect(result.lines.count == repairs.count)
    #expect(rig.intents == [.read])
    #expect(rig.repairRequest?.isDryRun == true)
  }

  @Test(arguments: [["--dry-run"], ["--reason", "because"]])
  func `what belongs to a repair is refused without one`(_ flags: [String]) throws {
    let result = try rig.run(["doctor"] + flags)
    #expect(result.status == 2)
    #expect(result.errors.contains("--repair"))
  }

  @Test func `a backup prints what the copy holds, and tells of unfinished ones`() throws {
    rig.findings = []
    let path = rig.scratch.path("copy")
    let result = try rig.run("backup", path, "--json")
    #expect(result.status == 0)
    #expect(result.output == "{\"path\":\"\(path)\",\"jobs\":7,\"bytes\":8192}\n")
    #expect(result.errors == "qctl: \(path).old is what a stopped backup left; it may be removed\n")
    #expect(try rig.run("backup", path, "--ids").output == path + "\n")
    #expect(rig.intents == [.read, .read])
  }

  @Test func `a backup replaces nothing and makes no folder`() throws {
    rig.findings = []
    try FileSystem.replaceFile(rig.scratch.path("copy"), with: [])
    #expect(try rig.run("backup", rig.scratch.path("copy")).status == 73)
    #expect(try rig.run("backup", rig.scratch.path("none/copy")).status == 73)
    #expect(try rig.run("backup", "").status == 2)
  }

  @Test func `a store that makes no copies says why`() throws {
    let result = try rig.run("backup", rig.scratch.path("copy"))
    #expect(result.status == 69)
    #expect(result.errors.contains("no backup"))
  }

  @Test func `a store of another user is a warning`() throws {
    let identity = StoreIdentity(kind: "sqlite", location: rig.scratch.path, formatVersion: 1)
    let user = CurrentProcess.effectiveUserID
    #expect(StoreOwner.finding(about: identity, user: user)?.grade == .ok)
    let finding = StoreOwner.finding(about: identity, user: user ^ 4321)
    #expect(finding?.grade == .warning)
    #expect(finding?.message.contains("it belongs to") == true)
    let elsewhere = StoreIdentity(kind: "memory", location: "memory:", formatVersion: 1)
    #expect(StoreOwner.finding(about: elsewhere, user: user) == nil)
  }
}
