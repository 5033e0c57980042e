/// One member of an object that is being read: its key, and where its value stands.
package struct JSONMember: Sendable {
  /// The key, unescaped.
  package let key: String
  /// The value's kind.
  package let kind: JSONKind
  /// Where the value stands in the bytes given to the reader, quotes included.
  package let range: Range<Int>
  fileprivate let hasEscapes: Bool
}

/// Reads the members of one JSON object in a single pass, decoding only the values asked for.
///
/// Every byte is checked (RFC 8259), so a reader that ended without an error has seen valid JSON.
/// Duplicate keys are refused in this object, and allowed inside its values, which are kept as
/// written.
package struct JSONObjectReader: Sendable {
  private enum Step { case start, members, done }

  private let bytes: [UInt8]
  private let range: Range<Int>
  private let maximumDepth: Int
  private var position: Int
  private var step = Step.start
  private var seen = JSONKeySet()

  /// A reader of the object in `range` of `bytes` (all of them by default); nothing is copied.
  ///
  /// Places in errors count from the start of `range`.
  package init(
    _ bytes: [UInt8], in range: Range<Int>? = nil, maximumDepth: Int = JSONValidation.payloadDepth
  ) {
    self.bytes = bytes
    self.range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
    self.maximumDepth = maximumDepth
    position = self.range.lowerBound
  }

  /// The next member; nil once the object and the text have ended properly.
  package mutating func next() throws(JSONError) -> JSONMember? {
    guard step != .done else { return nil }
    let isFirst = step == .start
    let (member, literal, reached) = try bytes.withUnsafeBufferPointer {
      (buffer) throws(JSONError) -> (JSONMember?, Int, Int) in
      var scanner = JSONScanner(buffer, in: range, maximumDepth: maximumDepth)
      scanner.position = position
      let hasMember = try isFirst ? scanner.openObject() : scanner.afterMember()
      let place = scanner.position
      let member = hasMember ? try scanner.member() : nil
      return (member, place, scanner.position)
    }
    position = reached
    step = member == nil ? .done : .members
    guard let member else { return nil }
    guard seen.insert(member.key) else { throw failure(.duplicateKey(member.key), at: literal) }
    return member
  }

  /// An error of the caller's own finding, placed at `member`'s value.
  package func place(of member: JSONMember) -> (offset: Int, line: Int, column: Int) {
    let error = failure(.unexpectedCharacter, at: member.range.lowerBound)
    return (error.offset, error.line, error.column)
  }

  private func failure(_ reason: JSONError.Reason, at place: Int) -> JSONError {
    bytes.withUnsafeBufferPointer {
      JSONError(reason, in: $0, from: range.lowerBound, at: place)
    }
  }

  /// The value as written.
  package func slice(of member: JSONMember) -> ArraySlice<UInt8> {
    bytes[member.range.clamped(to: 0..<bytes.count)]
  }

  /// The text of a string value; nil for other kinds.
  package func string(of member: JSONMember) -> String? {
    guard member.kind == .string else { return nil }
    guard member.hasEscapes else { return String(decoding: content(of: member), as: UTF8.self) }
    return String(decoding: unescaped(member), as: UTF8.self)
  }

  /// The UTF-8 of a string value; nil for other kinds.
  package func utf8(of member: JSONMember) -> [UInt8]? {
    guard member.kind == .string else { return nil }
    return member.hasEscapes ? unescaped(member) : Array(content(of: member))
  }

  /// The value of a number written as an integer that fits; nil for anything else.
  package func int64(of member: JSONMember) -> Int64? {
    guard member.kind == .number else { return nil }
    return JSONNumber.int64(slice(of: member))
  }

  /// The value of a boolean; nil for other kinds.
  package func bool(of member: JSONMember) -> Bool? {
    guard member.kind == .bool else { return nil }
    return slice(of: member).first == UInt8(ascii: "t")
  }

  private func content(of member: JSONMember) -> ArraySlice<UInt8> {
    slice(of: member).dropFirst().dropLast()
  }

  private func unescaped(_ member: JSONMember) -> [UInt8] {
    content(of: member).withUnsafeBufferPointer { JSONUnescaping.bytes(of: $0) }
  }
}

extension JSONScanner {
  /// Enters the object; false where it is empty and the text ends after it.
  fileprivate mutating func openObject() throws(JSONError) -> Bool {
    skipWhitespace()
    guard try kind() == .object else { throw failure(.notAnObject) }
    guard maximumDepth > 0 else { throw failure(.tooDeep(limit: maximumDepth)) }
    position += 1
    skipWhitespace()
    guard byte == UInt8(ascii: "}") else { return true }
    position += 1
    try finish()
    return false
  }

  /// Passes over what follows a member; false where the object and the text end.
  fileprivate mutating func afterMember() throws(JSONError) -> Bool {
    skipWhitespace()
    if byte == UInt8(ascii: ",") {
      position += 1
      skipWhitespace()
      return true
    }
    try skip(UInt8(ascii: "}"))
    try finish()
    return false
  }

  fileprivate mutating func member() throws(JSONError) -> JSONMember {
    let key = try skipKey()
    let first = position
    guard byte == UInt8(ascii: "\"") else {
      let kind = try skipValue(depth: 1)
      return JSONMember(
        key: text(of: key), kind: kind, range: first..<position, hasEscapes: false)
    }
    let literal = try skipString()
    return JSONMember(
      key: text(of: key), kind: .string, range: first..<position, hasEscapes: literal.hasEscapes)
  }
}
