/// A name and a value that a job carries for people and filters: `user_id=42`.
package struct Tag: Hashable, Sendable {
  /// `[A-Za-z_][A-Za-z0-9_.-]{0,63}`, not a key of log records.
  package let name: String
  /// Any text without NUL, at most 1,024 bytes.
  package let value: String

  /// Checks a tag at the door.
  ///
  /// Names that log records use themselves are refused, since tags become plain keys there.
  /// - Throws: `InvalidValue` with the part of the rule that it breaks.
  package init(name: String, value: String) throws(InvalidValue) {
    guard !LogRecord.keys.contains(name) else {
      throw InvalidValue(.tags, "may not be named '\(name)': log records use that key themselves")
    }
    try self.init(kept: name, value: value)
  }

  /// A tag as a store has it: an older qctl may have let in a name that log records use since.
  ///
  /// - Throws: `InvalidValue` for what was never let in.
  package init(kept name: String, value: String) throws(InvalidValue) {
    guard let first = name.utf8.first, Self.isLetter(first) else {
      throw InvalidValue(.tags, "must have a name that begins with a letter or '_'")
    }
    guard name.utf8.count <= 64, name.utf8.allSatisfy(Self.isNameByte) else {
      throw InvalidValue(.tags, "may have names of letters, digits, '_', '.', '-', up to 64")
    }
    guard value.utf8.count <= Self.longestValue else {
      throw InvalidValue(.tags, "may have values of at most \(Self.longestValue) bytes")
    }
    guard !value.utf8.contains(0) else {
      throw InvalidValue(.tags, "may not hold a NUL character")
    }
    self.name = name
    self.value = value
  }

  /// The key that it has in a log record.
  package var logKey: String { LogRecord.keys.contains(name) ? "tag_" + name : name }

  /// The longest value, in bytes.
  package static let longestValue = 1024
  /// The most tags that one job may carry.
  package static let most = 32

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte | 32 >= 97 && byte | 32 <= 122 || byte == UInt8(ascii: "_")
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte >= 48 && byte <= 57 || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-")
  }
}
