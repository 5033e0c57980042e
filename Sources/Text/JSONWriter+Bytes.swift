extension JSONWriter {
  /// Bytes that may be anything, byte for byte: under `NAME` where they are JSON that can stand in a
  /// line just as it is, else under `NAME_text` or `NAME_b64` (design.md §2, "payload").
  ///
  /// JSON with a line end, or with a character that a terminal may act on, would be written otherwise
  /// than it was; blanks around it would be lost.
  package mutating func bytes(_ name: String, _ bytes: [UInt8]) {
    if Self.standsAsItIs(bytes) { return member(name, raw: bytes) }
    bytesAsText(name, bytes)
  }

  /// A payload under the key that says what it is: `payload` for JSON as written, but for its line
  /// ends, else `payload_text` for text, else `payload_b64` (design.md §2).
  package mutating func payload(_ bytes: [UInt8]) {
    if JSONValidation.isValid(bytes) { return member("payload", raw: bytes) }
    bytesAsText("payload", bytes)
  }

  /// Bytes that may be anything, but never as JSON: under `NAME_text` or `NAME_b64`.
  package mutating func bytesAsText(_ name: String, _ bytes: [UInt8]) {
    if isValidUTF8(bytes) {
      key(name + "_text")
      return string(utf8: bytes)
    }
    key(name + "_b64")
    base64(bytes)
  }

  private static func standsAsItIs(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, let last = bytes.last, first > 32, last > 32,
      JSONValidation.isValid(bytes)
    else { return false }
    var probe = JSONWriter(capacity: bytes.count)
    probe.raw(bytes)
    return probe.buffer.bytes == bytes
  }
}

extension JSONObjectReader {
  /// The bytes that `JSONWriter.bytes` wrote, by the end of the member's name; `nil` for a text or
  /// base64 that is none.
  package func bytes(of member: JSONMember) -> [UInt8]? {
    if member.key.hasSuffix("_text") { return utf8(of: member) }
    if member.key.hasSuffix("_b64") {
      return string(of: member).flatMap { Base64.decode($0.utf8) }
    }
    return Array(slice(of: member))
  }
}
