/// Writes compact JSON into a buffer, keys in the order of the calls.
///
/// Whatever is written is safe on a terminal and stays on one line: DEL, C1 and bidi controls are
/// escaped besides what RFC 8259 demands (conventions §9).
package struct JSONWriter: Sendable {
  /// What has been written; callers flush and empty it between records.
  package var buffer: ByteBuffer
  private var needsComma = false

  /// A writer with room for `capacity` bytes.
  package init(capacity: Int = 0) {
    buffer = ByteBuffer(capacity: capacity)
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Begins an object.
  package mutating func beginObject() {
    separate()
    buffer.append(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Ends an object.
  package mutating func endObject() {
    buffer.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Begins an array.
  package mutating func beginArray() {
    separate()
    buffer.append(UInt8(ascii: "["))
    needsComma = false
  }

  /// Ends an array.
  package mutating func endArray() {
    buffer.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Ends a record of NDJSON.
  package mutating func endLine() {
    buffer.append(0x0A)
    needsComma = false
  }

  /// Writes the key of the member whose value comes next.
  package mutating func key(_ name: String) {
    string(name)
    buffer.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string.
  package mutating func string(_ text: String) {
    separate()
    var text = text
    text.withUTF8 { JSONEscaping.appendQuoted($0, to: &buffer) }
  }

  /// Writes a string given as UTF-8; bytes that are not become U+FFFD.
  @inlinable
  package mutating func string(utf8: some Collection<UInt8>) {
    withContiguousBytes(utf8) { putString($0) }
  }

  @usableFromInline
  mutating func putString(_ utf8: UnsafeBufferPointer<UInt8>) {
    separate()
    JSONEscaping.appendQuoted(utf8, to: &buffer)
  }

  /// Writes bytes as a string of base64.
  package mutating func base64(_ bytes: some Collection<UInt8>) {
    separate()
    buffer.append(UInt8(ascii: "\""))
    Base64.append(bytes, to: &buffer)
    buffer.append(UInt8(ascii: "\""))
  }

  /// Writes an integer.
  package mutating func int(_ value: some FixedWidthInteger & SignedInteger) {
    separate()
    buffer.append(decimal: Int64(value))
  }

  /// Writes a number; null where it is not finite, for which JSON has no word.
  package mutating func double(_ value: Double) {
    separate()
    buffer.append(value.isFinite ? value.description : "null")
  }

  /// Writes a boolean.
  package mutating func bool(_ value: Bool) {
    separate()
    buffer.append(value ? "true" : "false")
  }

  /// Writes null.
  package mutating func null() {
    separate()
    buffer.append("null")
  }

  /// Writes a value that is already JSON, which the caller has checked, as it was written; only
  /// what a terminal may act on is escaped inside its strings, and its line ends become spaces.
  @inlinable
  package mutating func raw(_ json: some Collection<UInt8>) {
    withContiguousBytes(json) { putRaw($0) }
  }

  @usableFromInline
  mutating func putRaw(_ json: UnsafeBufferPointer<UInt8>) {
    separate()
    JSONEscaping.appendRaw(json, to: &buffer)
  }
}
