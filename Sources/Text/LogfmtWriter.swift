/// Writes logfmt records: `event=failed queue=emails error="no route"`.
package struct LogfmtWriter: Sendable {
  /// What has been written; callers flush and empty it between records.
  package var buffer: ByteBuffer
  private var needsSpace = false

  /// A writer with room for `capacity` bytes.
  package init(capacity: Int = 0) {
    buffer = ByteBuffer(capacity: capacity)
  }

  /// Writes a field.
  ///
  /// The value is quoted where it is empty or has space, `=`, `"`, `\` or anything that needs an
  /// escape (as in JSON). What a key may not hold becomes `_`.
  package mutating func field(_ key: String, _ value: String) {
    begin(key)
    var value = value
    value.withUTF8 { bytes in
      if !bytes.isEmpty, bytes.allSatisfy(Self.isPlain) {
        buffer.append(contentsOf: bytes)
      } else {
        JSONEscaping.appendQuoted(bytes, to: &buffer)
      }
    }
  }

  /// Writes an integer field.
  package mutating func field(_ key: String, _ value: some FixedWidthInteger & SignedInteger) {
    begin(key)
    buffer.append(decimal: value)
  }

  /// Writes a boolean field.
  package mutating func field(_ key: String, _ value: Bool) {
    begin(key)
    buffer.append(value ? "true" : "false")
  }

  /// Ends the record.
  package mutating func endLine() {
    buffer.append(0x0A)
    needsSpace = false
  }

  private mutating func begin(_ key: String) {
    if needsSpace { buffer.append(UInt8(ascii: " ")) }
    needsSpace = true
    for byte in key.utf8 { buffer.append(Self.isPlain(byte) ? byte : UInt8(ascii: "_")) }
    buffer.append(UInt8(ascii: "="))
  }

  /// Bytes past ASCII are quoted, for among them may be something a terminal acts on.
  private static func isPlain(_ byte: UInt8) -> Bool {
    0x21...0x7E ~= byte && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\"")
      && byte != UInt8(ascii: "\\")
  }
}
