extension JSONWriter {
  /// Writes a member with a string value.
  package mutating func member(_ key: String, _ value: String) {
    self.key(key)
    string(value)
  }

  /// Writes a member with an integer value.
  package mutating func member(_ key: String, _ value: some FixedWidthInteger & SignedInteger) {
    self.key(key)
    int(value)
  }

  /// Writes a member with a string value, if there is one.
  package mutating func present(_ key: String, _ value: String?) {
    if let value { member(key, value) }
  }

  /// Writes a member with an integer value, if there is one.
  package mutating func present(_ key: String, _ value: Int64?) {
    if let value { member(key, value) }
  }

  /// Writes a member with a boolean value.
  package mutating func member(_ key: String, _ value: Bool) {
    self.key(key)
    bool(value)
  }

  /// Writes a member whose value is already JSON; see `raw`.
  @inlinable
  package mutating func member(_ key: String, raw value: some Collection<UInt8>) {
    self.key(key)
    raw(value)
  }

  /// Writes a value that is held as a tree.
  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let text): raw(text.utf8)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }
}
