/// The value a path led to.
package struct JSONMatch: Equatable, Sendable {
  /// The value's kind.
  package let kind: JSONKind
  /// The value as written.
  package let raw: [UInt8]
  /// The text of a string, unescaped; the value as written for other kinds.
  package let text: String
}

extension JSONPath {
  /// The value at this path in `json`; nil where there is none or the text is not JSON.
  ///
  /// Reads only as far as it must; of duplicate keys the first counts.
  package func find(in json: some Collection<UInt8>) -> JSONMatch? {
    withContiguousBytes(json) { buffer in
      var scanner = JSONScanner(buffer, maximumDepth: JSONValidation.payloadDepth)
      scanner.skipWhitespace()
      return try? match(&scanner)
    }
  }

  /// Where the value at this path stands in `json`; nil where there is none.
  func range(in json: [UInt8]) -> Range<Int>? {
    json.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, maximumDepth: JSONValidation.payloadDepth)
      scanner.skipWhitespace()
      guard (try? enter(&scanner)) == true else { return nil }
      let first = scanner.position
      guard (try? scanner.skipValue()) != nil else { return nil }
      return first..<scanner.position
    }
  }

  /// Moves to the value; false where there is none.
  private func enter(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    for step in steps {
      let isFound =
        switch step {
        case .key(let key): try scanner.enterMember(key)
        case .index(let index): try scanner.enterElement(index)
        }
      guard isFound else { return false }
    }
    return true
  }

  private func match(_ scanner: inout JSONScanner) throws(JSONError) -> JSONMatch? {
    guard try enter(&scanner) else { return nil }
    let first = scanner.position
    if try scanner.kind() == .string {
      let literal = try scanner.skipString()
      let raw = Array(scanner.bytes[first..<scanner.position])
      return JSONMatch(kind: .string, raw: raw, text: scanner.text(of: literal))
    }
    let kind = try scanner.skipValue()
    let raw = Array(scanner.bytes[first..<scanner.position])
    return JSONMatch(kind: kind, raw: raw, text: String(decoding: raw, as: UTF8.self))
  }
}

extension JSONScanner {
  /// Moves to the value of `key` in the object here; false where there is none.
  fileprivate mutating func enterMember(_ key: String) throws(JSONError) -> Bool {
    guard try kind() == .object else { return false }
    position += 1
    skipWhitespace()
    if byte == UInt8(ascii: "}") { return false }
    while true {
      let literal = try skipKey()
      if text(of: literal).isSame(as: key) { return true }
      guard try passValue() else { return false }
    }
  }

  /// Moves to element `index` of the array here; false where there is none.
  fileprivate mutating func enterElement(_ index: Int) throws(JSONError) -> Bool {
    guard try kind() == .array else { return false }
    position += 1
    skipWhitespace()
    if byte == UInt8(ascii: "]") { return false }
    for _ in 0..<index {
      guard try passValue() else { return false }
    }
    return true
  }

  /// Passes over a value and a comma; false where no comma follows.
  private mutating func passValue() throws(JSONError) -> Bool {
    try skipValue()
    skipWhitespace()
    guard byte == UInt8(ascii: ",") else { return false }
    position += 1
    skipWhitespace()
    return true
  }
}
