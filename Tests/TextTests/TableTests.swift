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

  @Test("Columns stop shrinking at their minimum")
  func minimum() {
    var out = ByteBuffer()
    page().render(width: 5, isColoured: false, showsHeader: false, to: &out)
    #expect(out.text.hasPrefix("emails  12  con…\n"))
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
