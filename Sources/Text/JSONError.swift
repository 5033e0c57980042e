/// Why a text is not the JSON that was asked for, and where.
package struct JSONError: Error, Equatable, Sendable {
  /// What is wrong.
  package enum Reason: Equatable, Sendable {
    /// The text stops inside a value.
    case endOfText
    /// A character stands where the grammar allows none of its kind.
    case unexpectedCharacter
    /// A number that RFC 8259 §6 does not allow, such as `01` or `1.`.
    case malformedNumber
    /// A backslash sequence that RFC 8259 §7 does not allow.
    case malformedEscape
    /// `\uD800`…`\uDFFF` outside a pair: no Unicode text can hold it.
    case loneSurrogate
    /// Bytes that are not UTF-8.
    case invalidUTF8
    /// A raw control character in a string.
    case controlCharacter
    /// Arrays and objects nested deeper than the limit given.
    case tooDeep(limit: Int)
    /// Something follows the value.
    case trailingData
    /// The same key twice in one object.
    case duplicateKey(String)
    /// The value is not an object.
    case notAnObject
  }

  /// What is wrong.
  package let reason: Reason
  /// Bytes from the start of the text.
  package let offset: Int
  /// Counted from 1.
  package let line: Int
  /// Bytes from the start of the line, counted from 1.
  package let column: Int

  init(_ reason: Reason, in text: UnsafeBufferPointer<UInt8>, from start: Int, at position: Int) {
    self.reason = reason
    let position = min(max(position, start), text.count)
    var line = 1
    var lineStart = start
    for index in start..<position where text[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    self.offset = position - start
    self.line = line
    self.column = position - lineStart + 1
  }
}

extension JSONError: CustomStringConvertible {
  /// One clause for a message, with the place: `column 5: a number may not look like this`.
  package var description: String {
    let place = line > 1 ? "line \(line), column \(column)" : "column \(column)"
    return "\(place): \(reason.sentence)"
  }
}

extension JSONError.Reason {
  /// The reason as a clause; a key in it is escaped for a terminal.
  package var sentence: String {
    switch self {
    case .endOfText: "the JSON text ends too early"
    case .unexpectedCharacter: "unexpected character"
    case .malformedNumber: "malformed number"
    case .malformedEscape: "malformed backslash escape in a string"
    case .loneSurrogate: "half of a surrogate pair in a string"
    case .invalidUTF8: "not valid UTF-8"
    case .controlCharacter: "control character in a string (write it as an escape)"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .trailingData: "more text after the JSON value"
    case .duplicateKey(let key): "duplicate key \"\(TerminalText.escape(key))\""
    case .notAnObject: "not a JSON object"
    }
  }
}
