extension JSONPath {
  /// Reads a path.
  package static func parse(_ text: String) throws(JSONPathError) -> JSONPath {
    var reader = PathReader(bytes: Array(text.utf8))
    let path = try reader.path()
    guard reader.position == reader.bytes.count else {
      throw .unexpectedCharacter(offset: reader.position)
    }
    return path
  }

  /// Reads `PATH=VALUE`; a `=` inside a quoted key belongs to the key, any other ends the path.
  package static func parseFilter(
    _ text: String
  ) throws(JSONPathError) -> (path: JSONPath, value: String) {
    var reader = PathReader(bytes: Array(text.utf8))
    let path = try reader.path()
    guard reader.position < reader.bytes.count else { throw .missingValue }
    guard reader.bytes[reader.position] == UInt8(ascii: "=") else {
      throw .unexpectedCharacter(offset: reader.position)
    }
    let value = reader.bytes[(reader.position + 1)...]
    return (path, String(decoding: value, as: UTF8.self))
  }
}

private struct PathReader {
  let bytes: [UInt8]
  var position = 0

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Reads as far as a path goes: to the end, or to a bare `=`.
  mutating func path() throws(JSONPathError) -> JSONPath {
    guard byte != nil, byte != UInt8(ascii: "=") else { throw .empty }
    var steps: [JSONPath.Step] = []
    if byte != UInt8(ascii: "[") { steps.append(.key(try key())) }
    while let byte {
      if byte == UInt8(ascii: "[") {
        steps.append(.index(try index()))
      } else if byte == UInt8(ascii: ".") {
        position += 1
        steps.append(.key(try key()))
      } else {
        break
      }
    }
    return JSONPath(steps: steps)
  }

  private mutating func key() throws(JSONPathError) -> String {
    if byte == UInt8(ascii: "\"") { return try quotedKey() }
    let start = position
    while let byte, !Self.endsKey(byte) { position += 1 }
    guard position > start else { throw .emptyKey(offset: start) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func endsKey(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "="),
      UInt8(ascii: "\""):
      true
    default: false
    }
  }

  private mutating func quotedKey() throws(JSONPathError) -> String {
    let start = position
    let literal = bytes.withUnsafeBufferPointer { buffer -> (String, Int)? in
      var scanner = JSONScanner(buffer, in: start..<buffer.count, maximumDepth: 0)
      guard let literal = try? scanner.skipString() else { return nil }
      return (scanner.text(of: literal), scanner.position)
    }
    guard let literal else { throw .malformedQuotedKey(offset: start) }
    position = literal.1
    return literal.0
  }

  private mutating func index() throws(JSONPathError) -> Int {
    let start = position
    position += 1
    let first = position
    while let byte, 0x30...0x39 ~= byte { position += 1 }
    let digits = String(decoding: bytes[first..<position], as: UTF8.self)
    guard let index = Int(digits), byte == UInt8(ascii: "]") else {
      throw .malformedIndex(offset: start)
    }
    position += 1
    return index
  }
}
