/// Passes over JSON text strictly after RFC 8259, building nothing.
///
/// Nesting is kept in bits, not on the stack, so that no input can exhaust it. The scanner lives
/// only inside a `withUnsafeBufferPointer`; every read is checked against `end` first.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let start: Int
  let end: Int
  let maximumDepth: Int
  var position: Int

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>? = nil, maximumDepth: Int
  ) {
    let whole = 0..<bytes.count
    let range = (range ?? whole).clamped(to: whole)
    self.bytes = bytes
    start = range.lowerBound
    end = range.upperBound
    position = range.lowerBound
    self.maximumDepth = maximumDepth
  }

  func failure(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
    JSONError(reason, in: bytes, from: start, at: place ?? position)
  }

  /// The byte at the position; nil at the end.
  @inline(__always)
  var byte: UInt8? { position < end ? bytes[position] : nil }

  /// What to say about the byte here, which the grammar does not allow.
  func misfit() -> JSONError {
    guard position < end else { return failure(.endOfText) }
    let isText = UTF8Sequence.length(in: bytes, at: position, end: end) > 0
    return failure(isText ? .unexpectedCharacter : .invalidUTF8)
  }

  @inline(__always)
  mutating func skipWhitespace() {
    while position < end {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// Passes over `expected`, or fails.
  @inline(__always)
  mutating func skip(_ expected: UInt8) throws(JSONError) {
    guard position < end, bytes[position] == expected else { throw misfit() }
    position += 1
  }

  /// The kind of the value that begins here.
  func kind() throws(JSONError) -> JSONKind {
    guard position < end else { throw failure(.endOfText) }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), 0x30...0x39: return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw misfit()
    }
  }

  /// Fails unless only whitespace is left.
  mutating func finish() throws(JSONError) {
    skipWhitespace()
    guard position == end else { throw failure(.trailingData) }
  }

  /// Passes over the value that begins here, `depth` levels below the text's top.
  @discardableResult
  mutating func skipValue(depth: Int = 0) throws(JSONError) -> JSONKind {
    let kind = try kind()
    switch kind {
    case .object, .array: try skipContainer(depth: depth)
    default: try skipScalar(kind)
    }
    return kind
  }

  mutating func skipScalar(_ kind: JSONKind) throws(JSONError) {
    switch kind {
    case .string: _ = try skipString()
    case .number: try skipNumber()
    case .null: try skipWord("null")
    default: try skipWord(byte == UInt8(ascii: "t") ? "true" : "false")
    }
  }

  private mutating func skipWord(_ word: StaticString) throws(JSONError) {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    for letter in letters { try skip(letter) }
  }

  private mutating func skipContainer(depth: Int) throws(JSONError) {
    var nesting = JSONNesting()
    while true {
      let kind = try kind()
      if kind == .object || kind == .array {
        guard depth + nesting.depth < maximumDepth else {
          throw failure(.tooDeep(limit: maximumDepth))
        }
        nesting.push(isObject: kind == .object)
        if try !openContainer(isObject: kind == .object) { continue }
        nesting.pop()
      } else {
        try skipScalar(kind)
      }
      if try leaveValue(&nesting) { return }
    }
  }

  /// Passes over the opening; true where the container is empty and so already closed, false where
  /// the position is at its first value.
  private mutating func openContainer(isObject: Bool) throws(JSONError) -> Bool {
    position += 1
    skipWhitespace()
    if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      position += 1
      return true
    }
    if isObject { _ = try skipKey() }
    return false
  }

  /// Passes over what follows a value; true where the outermost container has closed.
  private mutating func leaveValue(_ nesting: inout JSONNesting) throws(JSONError) -> Bool {
    while nesting.depth > 0 {
      skipWhitespace()
      if byte == UInt8(ascii: ",") {
        position += 1
        skipWhitespace()
        if nesting.isInObject { _ = try skipKey() }
        return false
      }
      try skip(nesting.isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
      nesting.pop()
    }
    return true
  }

  /// Passes over a key, its colon and the space after; gives where the key's text stands.
  mutating func skipKey() throws(JSONError) -> JSONStringLiteral {
    let key = try skipString()
    skipWhitespace()
    try skip(UInt8(ascii: ":"))
    skipWhitespace()
    return key
  }
}
