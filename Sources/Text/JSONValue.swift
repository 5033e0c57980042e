/// A JSON value as a tree; for documents that we interpret, which are small.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// The number as it was written: no digit is lost.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// The members in the order written; keys are unique.
  case object([JSONMemberValue])
}

/// A key and its value.
package struct JSONMemberValue: Equatable, Sendable {
  /// The key, unescaped.
  package let key: String
  /// The value.
  package let value: JSONValue

  /// A member of an object.
  package init(key: String, value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue {
  /// The value of the member `key`; nil where this is no object or has no such member.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text of a string.
  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a boolean.
  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value of a number written as an integer that fits; nil for `1.0` and `1e3`.
  package var int64: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text)
  }

  /// The elements of an array.
  package var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members of an object.
  package var members: [JSONMemberValue]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}
