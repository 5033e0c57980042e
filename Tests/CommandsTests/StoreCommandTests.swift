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
