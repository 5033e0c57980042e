/// Writes CSV after RFC 4180: lines end with CR LF, quotes only where they are needed.
///
/// Where records end with NUL instead, there are no lines, and the rest is the same.
package struct CSVWriter: Sendable {
  /// What has been written; callers flush and empty it between records.
  package var buffer: ByteBuffer
  private let isSafe: Bool
  private let endsWithNull: Bool
  private var needsComma = false

  /// A writer with room for `capacity` bytes.
  ///
  /// `isSafe` puts `'` before text that a spreadsheet would take for a formula (leading
  /// `= + - @ TAB CR`); this alters data, so it is only done when asked for (conventions §9).
  package init(isSafe: Bool = false, endsWithNull: Bool = false, capacity: Int = 0) {
    self.isSafe = isSafe
    self.endsWithNull = endsWithNull
    buffer = ByteBuffer(capacity: capacity)
  }

  /// Writes a field of text.
  package mutating func field(_ text: String) {
    var text = text
    text.withUTF8 { put($0) }
  }

  /// Writes a field of bytes as they are.
  package mutating func field(utf8: some Collection<UInt8>) {
    withContiguousBytes(utf8) { put($0) }
  }

  /// Writes an integer, which needs no guard.
  package mutating func field(decimal value: Int64) {
    separate()
    buffer.append(decimal: value)
  }

  /// Ends the record.
  package mutating func endRecord() {
    needsComma = false
    guard !endsWithNull else { return buffer.append(0) }
    buffer.append(0x0D)
    buffer.append(0x0A)
  }

  private mutating func separate() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
    separate()
    let guarded = isSafe && Self.looksLikeFormula(text)
    guard text.contains(where: Self.needsQuotes) else {
      if guarded { buffer.append(UInt8(ascii: "'")) }
      buffer.append(contentsOf: text)
      return
    }
    buffer.append(UInt8(ascii: "\""))
    if guarded { buffer.append(UInt8(ascii: "'")) }
    for byte in text {
      if byte == UInt8(ascii: "\"") { buffer.append(byte) }
      buffer.append(byte)
    }
    buffer.append(UInt8(ascii: "\""))
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
  }

  private static func looksLikeFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    switch first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D:
      return true
    default: return false
    }
  }
}
