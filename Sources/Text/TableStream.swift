/// A table for a pipe: rows go out as they come, never cut or wrapped, and coloured only if told to.
///
/// Columns begin with the widths given and grow with what they meet, so nothing is buffered.
package struct TableStream: Sendable {
  private let columns: [TableColumn]
  private var widths: [Int]
  private var index = 0
  private var pending = 0

  /// A stream whose columns begin at their minimum width, or their title's.
  package init(_ columns: [TableColumn]) {
    self.columns = columns
    widths = columns.map { max($0.minimumWidth, DisplayWidth.of($0.title)) }
  }

  /// Writes the titles as a row.
  package mutating func header(_ style: TextStyle = .plain, to out: inout ByteBuffer) {
    for column in columns { cell(column.title, style, to: &out) }
    endRow(to: &out)
  }

  /// Writes the next cell of the row, escaped.
  package mutating func cell(
    _ text: String, _ style: TextStyle = .plain, to out: inout ByteBuffer
  ) {
    var text = text
    let isPlain = text.withUTF8 { bytes in
      guard TerminalText.isPrintableASCII(bytes) else { return false }
      put(bytes, width: bytes.count, style, to: &out)
      return true
    }
    guard !isPlain else { return }
    var escaped = TerminalText.escape(text)
    let width = DisplayWidth.of(escaped)
    escaped.withUTF8 { put($0, width: width, style, to: &out) }
  }

  /// Writes the next cell of the row, escaped.
  package mutating func cell(utf8 bytes: some Collection<UInt8>, to out: inout ByteBuffer) {
    cell(TerminalText.escape(bytes: bytes), to: &out)
  }

  /// Writes an integer as the next cell of the row.
  package mutating func cell(decimal value: Int64, to out: inout ByteBuffer) {
    var digits = ByteBuffer(capacity: 20)
    digits.append(decimal: value)
    digits.bytes.withUnsafeBufferPointer { put($0, width: $0.count, .plain, to: &out) }
  }

  /// Ends the row; cells left out are empty.
  package mutating func endRow(to out: inout ByteBuffer) {
    out.append(0x0A)
    index = 0
    pending = 0
  }

  private mutating func put(
    _ text: UnsafeBufferPointer<UInt8>, width: Int, _ style: TextStyle, to out: inout ByteBuffer
  ) {
    guard index < columns.count else { return }
    if width > widths[index] { widths[index] = width }
    let spare = widths[index] - width
    let isTrailing = columns[index].alignment == .trailing
    index += 1
    guard !text.isEmpty else {
      pending += 2 + spare
      return
    }
    out.append(repeating: UInt8(ascii: " "), count: isTrailing ? pending + spare : pending)
    style.append(utf8: text, to: &out)
    pending = isTrailing ? 2 : 2 + spare
  }
}
