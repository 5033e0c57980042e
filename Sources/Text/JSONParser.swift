extension JSONValue {
  /// Parses one JSON text strictly (RFC 8259); duplicate keys are refused, for readers disagree on
  /// which one counts.
  ///
  /// `maximumDepth` is at most 512, which the stack of any thread holds.
  package static func parse(
    _ bytes: some Collection<UInt8>, maximumDepth: Int = JSONValidation.defaultDepth
  ) throws(JSONError) -> JSONValue {
    try withContiguousBytes(bytes) { (buffer) throws(JSONError) -> JSONValue in
      let depth = min(maximumDepth, JSONValidation.payloadDepth)
      var scanner = JSONScanner(buffer, maximumDepth: depth)
      scanner.skipWhitespace()
      let value = try scanner.value(depth: 0)
      try scanner.finish()
      return value
    }
  }

  /// Parses one JSON text given as a string.
  package static func parse(
    _ text: String, maximumDepth: Int = JSONValidation.defaultDepth
  ) throws(JSONError) -> JSONValue {
    try parse(text.utf8, maximumDepth: maximumDepth)
  }
}

extension JSONScanner {
  fileprivate mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    let kind = try kind()
    let first = position
    switch kind {
    case .object:
      try enter(depth)
      return .object(try members(depth: depth + 1))
    case .array:
      try enter(depth)
      return .array(try elements(depth: depth + 1))
    case .string:
      let literal = try skipString()
      return .string(text(of: literal))
    case .number:
      try skipNumber()
      return .number(String(decoding: bytes[first..<position], as: UTF8.self))
    case .bool:
      try skipScalar(kind)
      return .bool(bytes[first] == UInt8(ascii: "t"))
    case .null:
      try skipScalar(kind)
      return .null
    }
  }

  private mutating func enter(_ depth: Int) throws(JSONError) {
    guard depth < maximumDepth else { throw failure(.tooDeep(limit: maximumDepth)) }
    position += 1
    skipWhitespace()
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    if byte == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try value(depth: depth))
      skipWhitespace()
      guard byte == UInt8(ascii: ",") else { break }
      position += 1
      skipWhitespace()
    }
    try skip(UInt8(ascii: "]"))
    return elements
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONMemberValue] {
    var members: [JSONMemberValue] = []
    var seen = JSONKeySet()
    if byte == UInt8(ascii: "}") {
      position += 1
      return members
    }
    while true {
      let place = position
      let literal = try skipKey()
      let key = text(of: literal)
      guard seen.insert(key) else { throw failure(.duplicateKey(key), at: place) }
      members.append(JSONMemberValue(key: key, value: try value(depth: depth)))
      skipWhitespace()
      guard byte == UInt8(ascii: ",") else { break }
      position += 1
      skipWhitespace()
    }
    try skip(UInt8(ascii: "}"))
    return members
  }
}
