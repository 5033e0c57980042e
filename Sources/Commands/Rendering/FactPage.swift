import Text

/// A page of names and values for people; everything on it is escaped.
struct FactPage {
  private let isColoured: Bool
  private var page: ByteBuffer

  init(isColoured: Bool, capacity: Int) {
    self.isColoured = isColoured
    page = ByteBuffer(capacity: capacity)
  }

  /// What was written.
  var bytes: [UInt8] { page.bytes }

  /// A heading after an empty line.
  mutating func title(_ text: String) {
    page.append(UInt8(ascii: "\n"))
    append(TerminalText.escape(text, .line), .bold)
    page.append(UInt8(ascii: "\n"))
  }

  /// A name and its value; nothing where there is no value.
  mutating func fact(_ name: String, _ value: String?, _ style: TextStyle = .plain) {
    guard let value, !value.isEmpty else { return }
    page.append(name)
    page.append(repeating: 32, count: max(1, Self.nameWidth - name.utf8.count))
    append(TerminalText.escape(value, .line), style)
    page.append(UInt8(ascii: "\n"))
  }

  /// A line by itself, two columns in.
  mutating func line(_ text: String, _ style: TextStyle = .plain) {
    page.append(static: "  ")
    append(TerminalText.escape(text, .line), style)
    page.append(UInt8(ascii: "\n"))
  }

  /// A name and its value below such a line; nothing where there is no value.
  mutating func note(_ name: String, _ value: String?) {
    fact("    " + name, value)
  }

  /// A table, whole.
  mutating func table(_ table: Table) {
    table.render(width: nil, isColoured: isColoured, showsHeader: true, to: &page)
  }

  /// Bytes as text, four columns in; line ends stay.
  mutating func text(_ bytes: [UInt8]) {
    var escaped = ByteBuffer(capacity: bytes.count)
    TerminalText.append(bytes: bytes, to: &escaped, .lines)
    indent(escaped.bytes)
  }

  /// Bytes laid out where they are JSON, else as text.
  mutating func json(_ bytes: [UInt8]) {
    var pretty = ByteBuffer(capacity: bytes.count * 2)
    guard (try? JSONPrettyPrinter.append(bytes, to: &pretty)) != nil else { return text(bytes) }
    indent(pretty.bytes)
  }

  /// A line end at the end begins no further line.
  private mutating func indent(_ bytes: [UInt8]) {
    let bytes = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      page.append(static: "    ")
      page.append(contentsOf: part)
      page.append(UInt8(ascii: "\n"))
    }
  }

  private mutating func append(_ text: String, _ style: TextStyle) {
    if isColoured { style.append(text, to: &page) } else { page.append(text) }
  }

  private static let nameWidth = 17
}
