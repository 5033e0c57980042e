import CommandLineSpec
import Testing

@Suite struct ManualTests {
  static let tree = Sample.tree
  static let pages =
    tree.manual(
      date: "2026-01-31", prose: ["Runs jobs. See \(command: "list")."],
      exits: [ExitNote(0, "success")],
      sections: [
        ManualSection(.files, [.terms([Term("\(literal: "~/.config")", "Settings.")])]),
        ManualSection(.environment, [.terms([Term("\(literal: "NO_COLOR")", "No colour.")])]),
        ManualSection(.bugs, ["None. "]),
      ])

  @Test func `there is a page for the tool, each visible command, group, and topic with a section`()
  {
    let names = [
      "qctl.1", "qctl-list.1", "qctl-work.1", "qctl-move.1", "qctl-dlq-list.1", "qctl-config.1",
      "qctl-dead.1", "qctl-dlq.1", "qctl-config.5",
    ]
    #expect(Self.pages.map(\.fileName) == names)
  }

  @Test func `title, name and order are those of the Linux manual`() throws {
    let list = try #require(Self.pages.first { $0.fileName == "qctl-list.1" }).text
    #expect(list.hasPrefix(#".TH QCTL\-LIST 1 2026-01-31 "qctl 1.2.3" "User Commands""#))
    #expect(list.contains(".SH NAME\nqctl\\-list \\- list jobs\n.SH SYNOPSIS\n"))
    let headings = list.split(separator: "\n").filter { $0.hasPrefix(".SH") }.map {
      String($0.dropFirst(4))
    }
    #expect(
      headings == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "NOTES",
        "EXAMPLES", "SEE ALSO",
      ])
  }

  @Test func `the page of a group lists its commands`() throws {
    let group = try #require(Self.pages.first { $0.fileName == "qctl-dlq.1" }).text
    #expect(group.contains("qctl\\-dlq \\- look after dead jobs\n"))
    #expect(group.contains("\\fBqctl\\-dlq\\-list\\fR(1)\nList dead jobs.\n"))
    #expect(group.contains(".BR qctl\\-dlq\\-list (1)\n"))
  }

  @Test func `topics are referred to by their pages, and those without one as help`() throws {
    let config = try #require(Self.pages.first { $0.fileName == "qctl-config.5" }).text
    #expect(config.hasPrefix(#".TH QCTL\-CONFIG 5 2026-01-31 "qctl 1.2.3" "File Formats""#))
    #expect(config.contains(".SH EXAMPLES\n"))
    #expect(config.contains("\\fBqctl\\-config\\fR(5)"))
    let running = config.split(separator: "\n").joined(separator: " ")
    #expect(running.contains("\\fBqctl help statuses\\fR"))
    #expect(config.contains(".BR qctl\\-list (1)\n"))
    let tool = try #require(Self.pages.first { $0.fileName == "qctl.1" }).text
    #expect(tool.contains(".BR qctl\\-config (5)\n"))
  }

  @Test func `every visible flag and status of the help is in the manual`() throws {
    let list = try #require(Self.pages.first { $0.fileName == "qctl-list.1" }).text
    let plain = String(list.filter { $0 != "\\" })
    for flag in Sample.list.facts.flags {
      #expect(plain.contains("--\(flag.isNegatable ? "[no-]" : "")\(flag.name)fR") != flag.isHidden)
    }
    for exit in Sample.list.facts.exits { #expect(plain.contains("fB\(exit.code)fR")) }
  }

  @Test(.enabled(if: Scratch.has("mandoc")), arguments: pages.indices)
  func `mandoc finds nothing to warn of`(_ index: Int) throws {
    let scratch = try Scratch()
    let page = Self.pages[index]
    try scratch.write(page.fileName, page.text)
    let lint = scratch.shell("mandoc -T lint -W warning '\(page.fileName)'")
    #expect(lint.text == "")
    #expect(lint.status == 0)
  }

  @Test(.enabled(if: Scratch.has("lexgrog")), arguments: pages.indices)
  func `whatis understands the name`(_ index: Int) throws {
    let scratch = try Scratch()
    let page = Self.pages[index]
    try scratch.write(page.fileName, page.text)
    let found = scratch.shell("lexgrog '\(page.fileName)'")
    #expect(found.status == 0, "\(found.text)")
  }

  @Test(.enabled(if: Scratch.has("man")), arguments: pages.indices)
  func `groff warns of nothing`(_ index: Int) throws {
    let scratch = try Scratch()
    let page = Self.pages[index]
    try scratch.write(page.fileName, page.text)
    let formatted = scratch.shell(
      "LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "
        + "'\(page.fileName)' >/dev/null")
    #expect(formatted.text == "")
  }

  @Test(.enabled(if: Scratch.has("mandoc")))
  func `quotes, dots and backslashes arrive as written`() throws {
    let scratch = try Scratch()
    for page in Self.pages { try scratch.write(page.fileName, page.text) }
    let config = scratch.shell("mandoc -T utf8 qctl-config.5 | col -b")
    #expect(config.text.contains(".a\n"))
    #expect(config.text.contains("\\b\n"))
    #expect(config.text.contains("'c' ~ ^ `\n"))
    #expect(config.text.contains("--flag 'value'"))
    #expect(scratch.shell("mandoc -T utf8 qctl-list.1").text.contains("naïve"))
  }
}
