import TestSupport
import Testing
import Text

struct TableTests {
  private static let columns = [
    TableColumn("QUEUE", minimumWidth: 5), TableColumn("READY", alignment: .trailing),
    TableColumn("ERROR", minimumWidth: 4, isShrinkable: true),
  ]

  private func page() -> Table {
    var table = Table(Self.columns)
    table.addRow(["emails", "12", "connection refused"])
    table.addRow(["日本", TableCell("3", .red), "a\nb"])
    table.addRow(["x", "", ""])
    return table
  }

  @Test("A terminal's table is aligned and cut to the width")
  func terminal() {
    var out = ByteBuffer()
    page().render(width: 25, isColoured: false, to: &out)
    #expect(
      out.text == """
        QUEUE   READY  ERROR
        emails     12  connectio…
        日本        3  a\\x0ab
        x

        """)
  }

  @Test("Colour marks the header and styled cells only")
  func colour() {
    var out = ByteBuffer()
    page().render(width: nil, isColoured: true, to: &out)
    #expect(out.text.hasPrefix("\u{1b}[1mQUEUE\u{1b}[0m   \u{1b}[1mREADY\u{1b}[0m"))
    #expect(out.text.contains("    \u{1b}[31m3\u{1b}[0m  a"))
    #expect(out.text.contains("connection refused\n"))
  }

  @Test(
    "A column at its minimum goes on only as far as the terminal",
    arguments: [
      (16, "emails  12  con…"), (15, "emai…  12  con…"), (13, "emai…  12  c…"), (11, "emai…  12"),
      (5, "emai…"), (2, "e…"), (1, "…"),
    ])
  func minimum(width: Int, line: String) {
    var out = ByteBuffer()
    page().render(width: width, isColoured: false, showsHeader: false, to: &out)
    #expect(out.text.hasPrefix(line + "\n"))
  }

  @Test("What can be done without is left out first, and only where it must be")
  func expendable() {
    var table = Table([
      TableColumn("QUEUE", minimumWidth: 6),
      TableColumn("OLD", alignment: .trailing, expendability: 2),
      TableColumn("NEW", alignment: .trailing, expendability: 1),
      TableColumn("ERROR", minimumWidth: 4, isShrinkable: true),
    ])
    table.addRow(["emails", "123456", "123456", "refused"])
    let lines = [31, 28, 27, 20, 19, 12].map { width in
      var out = ByteBuffer()
      table.render(width: width, isColoured: false, showsHeader: false, to: &out)
      return out.text
    }
    #expect(
      lines == [
        "emails  123456  123456  refused\n", "emails  123456  123456  ref…\n",
        "emails  123456  refused\n", "emails  123456  ref…\n", "emails  refused\n",
        "emails  ref…\n",
      ])
  }

  @Test("No line is longer than the terminal is wide")
  func width() {
    var generator = SeededGenerator()
    for _ in 0..<2000 {
      let columns = (0..<Int.random(in: 1...8, using: &generator)).map { index in
        TableColumn(
          "TITLE \(index)", alignment: Bool.random(using: &generator) ? .leading : .trailing,
          minimumWidth: Int.random(in: 0...20, using: &generator),
          isShrinkable: Bool.random(using: &generator),
          expendability: Int.random(in: 0...2, using: &generator))
      }
      var table = Table(columns)
      for _ in 0..<3 {
        table.addRow(
          columns.map { _ in
            TableCell(
              String(
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                  ["a", "日", "e\u{301}", "\u{1b}", "🙂", "\u{202e}"].randomElement(using: &generator)
                    ?? "x"
                }.joined()))
          })
      }
      let limit = Int.random(in: 1...100, using: &generator)
      var out = ByteBuffer()
      table.render(width: limit, isColoured: false, to: &out)
      let widths = out.text.split(separator: "\n").map { DisplayWidth.of(String($0)) }
      #expect((widths.max() ?? 0) <= limit, "\(generator.note): \(limit) of \(out.text)")
    }
  }

  @Test("A pipe's table has colour where somebody insists")
  func colouredStream() {
    var out = ByteBuffer()
    var table = TableStream(Self.columns)
    table.header(.bold, to: &out)
    table.cell("emails", .red, to: &out)
    table.cell("", .red, to: &out)
    table.cell("日本", .green, to: &out)
    table.endRow(to: &out)
    let expected = """
      #bQUEUE#0  #bREADY#0  #bERROR#0
      #remails#0         #g日本#0

      """
    let codes = [("#b", "[1m"), ("#r", "[31m"), ("#g", "[32m"), ("#0", "[0m")]
    let shown = codes.reduce(out.text) { text, code in
      text.split(separator: "\u{1B}\(code.1)", omittingEmptySubsequences: false)
        .joined(separator: code.0)
    }
    #expect(shown == expected)
  }

  @Test("A pipe's table streams, cuts nothing and grows")
  func stream() {
    var out = ByteBuffer()
    var table = TableStream(Self.columns)
    table.header(to: &out)
    table.cell("a-long-queue", to: &out)
    table.cell(decimal: 7, to: &out)
    table.cell("an error\twith more", to: &out)
    table.endRow(to: &out)
    table.cell("日本", to: &out)
    table.cell(decimal: 123_456, to: &out)
    table.cell("", to: &out)
    table.cell("one too many", to: &out)
    table.endRow(to: &out)
    #expect(
      out.text == """
        QUEUE  READY  ERROR
        a-long-queue      7  an error\\x09with more
        日本          123456

        """)
  }
}
