import MemoryStorage
import Commands
import Jobs
import Storage
import Testing

/// The same selection, and nothing written.
@Suite struct DryRunTests {
  @Test(arguments: [
    ["retry", "-q", "emails"], ["purge", "--state", "dead"], ["dlq", "replay", "--all"],
    ["purge", "-q", "emails"], ["dlq", "purge", "-q", "emails"],
  ])
  func `a dry run shows the plan and changes nothing`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 2, error: "lost \u{1b}[2Jsight")
    let before = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 100)).records.count
    let ran = try rig.run(words + ["--dry-run"])
    #expect(ran.status == 0)
    #expect(ran.lines.first?.hasPrefix("QUEUE") == true)
    #expect(ran.lines.dropFirst().first == "emails     2")
    for id in ids { #expect(ran.output.contains(id.description)) }
    #expect(ran.output.contains("lost \\x1b[2Jsight"))
    #expect(!ran.output.contains("\u{1b}"))
    #expect(ran.errors.contains("nothing was changed"))
    #expect(try rig.states(ids) == [.dead, .dead])
    let after = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 100)).records.count
    #expect(before == after)
  }

  @Test func `a dry run for machines lists the jobs`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 2)
    let ran = try rig.run("replay", "--all", "--dry-run", "--ids")
    #expect(ran.lines == ids.map(\.description))
    let json = try rig.run("replay", "--all", "--dry-run", "--json", "--quiet")
    #expect(json.lines.allSatisfy { $0.contains(#""outcome":"planned""#) })
    #expect(json.errors.isEmpty)
  }

  @Test func `the question shows errors safely`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", error: "a\u{1b}]0;owned\u{7}")
    rig.inputIsTerminal = true
    let ran = try rig.run("replay", "--all")
    #expect(ran.errors.contains("a\\x1b]0;owned\\x07"))
    #expect(!ran.errors.contains("\u{1b}"))
  }
}
