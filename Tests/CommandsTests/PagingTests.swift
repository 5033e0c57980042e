import Jobs
import Storage
import Testing

@testable import Commands

@Suite struct PagingTests {
  let stage: CommandStage
  let id: String

  init() throws {
    stage = try CommandStage()
    id = try stage.enqueue("emails").description
    stage.streams.outputIsTerminal = true
  }

  @Test(arguments: [
    ["list"], ["queues"], ["stats"], ["dlq", "list"], ["tail"], ["tail", "-o", "cat"],
    ["capabilities"],
    ["doctor"], ["config"], ["list", "--format", "{id}"], ["show", "ID"],
  ])
  func `what people read on a terminal is paged`(words: [String]) throws {
    let words = words.map { $0 == "ID" ? id : $0 }
    #expect(try stage.run(words).errors == "")
    #expect(stage.isPaged)
    _ = try stage.run(words + ["--no-pager"])
    #expect(!stage.isPaged)
    stage.streams.outputIsTerminal = false
    _ = try stage.run(words)
    #expect(!stage.isPaged)
  }

  @Test(arguments: [
    ["list", "--json"], ["list", "-o", "csv"], ["list", "--ids"], ["list", "-0"],
    ["list", "--format", "{id}", "-0"], ["queues", "--json"], ["tail", "-f"], ["tail", "--json"],
    ["tail", "-o", "logfmt"], ["show", "ID", "--json"], ["show", "ID", "--raw", "--force"],
  ])
  func `what programs read, and what goes on, is not`(words: [String]) throws {
    _ = try stage.run(words.map { $0 == "ID" ? id : $0 })
    #expect(!stage.isPaged)
  }

  @Test func `it can be unwanted for good, and its flag shows where settings do`() throws {
    let shown = try stage.run("config", "--no-pager", "--format", "{flag} {value} {origin}")
    #expect(shown.lines.contains("--pager false command line"))
  }

  @Test(arguments: [
    ["cancel", "ID"], ["retry", "--all", "--dry-run"], ["pause", "emails"], ["enqueue"],
    ["doctor", "--repair"], ["claim", "-q", "emails"], ["purge", "--state", "dead", "--dry-run"],
  ])
  func `a verb that writes never waits for a reader`(words: [String]) throws {
    _ = try stage.run(words.map { $0 == "ID" ? id : $0 })
    #expect(!stage.isPaged)
  }
}

@Suite struct PagerChoiceTests {
  private func choice(_ variables: [String: String]) -> String? {
    PagerChoice.command { (["TERM": "xterm"].merging(variables) { $1 })[$0] }
  }

  @Test func `less is the pager of those who name none`() {
    #expect(choice([:]) == "less")
    #expect(choice(["PAGER": "more"]) == "more")
    #expect(choice(["PAGER": "more", "QCTL_PAGER": "less -S"]) == "less -S")
  }

  @Test(arguments: [
    ["PAGER": ""], ["PAGER": "cat"], ["PAGER": " cat "], ["QCTL_PAGER": "", "PAGER": "less"],
    ["QCTL_PAGER": "cat"], ["TERM": "dumb"], ["TERM": ""],
  ])
  func `there is none where it is unwanted or cannot be`(variables: [String: String]) {
    #expect(choice(variables) == nil)
  }

  @Test(arguments: [
    ("less", "less"), (" less  -S", "less"), ("/usr/bin/most -w", "/usr/bin/most"),
    ("LESS=S less", nil), ("'my pager'", nil), ("~/bin/page", nil), ("(less)", nil), ("", nil),
  ])
  func `its program is known where the shell has nothing to say`(line: String, program: String?) {
    #expect(PagerChoice.program(of: line) == program)
  }

  @Test(arguments: [
    ("less", ["less"]), (" less  -S\t-i ", ["less", "-S", "-i"]), ("less -P'a b'", nil),
    ("tac | less", nil), ("less -p$x", nil),
  ])
  func `a shell is asked only where it has something to read`(line: String, words: [String]?) {
    #expect(PagerChoice.plainWords(of: line) == words)
  }
}
