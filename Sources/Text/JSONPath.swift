/// The way to a value inside a JSON text: `user.id`, `items[0].sku`, `a."b.c"`.
package struct JSONPath: Equatable, Sendable {
  /// One step down.
  package enum Step: Equatable, Sendable {
    /// To the member of an object.
    case key(String)
    /// To the element of an array, counted from 0.
    case index(Int)
  }

  /// The steps from the top.
  package let steps: [Step]

  /// A path of given steps.
  package init(steps: [Step]) {
    self.steps = steps
  }
}

/// Why a path or a `PATH=VALUE` filter cannot be read; offsets count bytes from 0.
package enum JSONPathError: Error, Equatable, Sendable {
  case empty
  case emptyKey(offset: Int)
  case malformedIndex(offset: Int)
  case malformedQuotedKey(offset: Int)
  case unexpectedCharacter(offset: Int)
  case missingValue
}

extension JSONPathError: CustomStringConvertible {
  /// One clause for a message.
  package var description: String {
    switch self {
    case .empty: "the path is empty"
    case .emptyKey(let offset): "empty key at column \(offset + 1)"
    case .malformedIndex(let offset): "malformed index at column \(offset + 1); write [0]"
    case .malformedQuotedKey(let offset): "malformed quoted key at column \(offset + 1)"
    case .unexpectedCharacter(let offset): "unexpected character at column \(offset + 1)"
    case .missingValue: "no '=': write PATH=VALUE"
    }
  }
}
