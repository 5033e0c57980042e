/// The name of a queue: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, without `..` (conventions.md §9).
///
/// The rule keeps names harmless as path components, command words, metric labels and URL parts.
package struct QueueName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as text.
  package let description: String

  /// Where jobs go when nobody names a queue.
  package static let `default` = QueueName(trusted: "default")

  private init(trusted text: String) {
    description = text
  }

  /// Checks a name at the door.
  ///
  /// - Throws: `InvalidValue` with the part of the rule that it breaks.
  package init(_ text: String) throws(InvalidValue) {
    try NameRule.check(text, field: .queue, extra: [])
    description = text
  }

  /// Whether its first bytes are those of a text.
  package func begins(with text: String) -> Bool { description.utf8.starts(with: text.utf8) }

  package static func < (left: QueueName, right: QueueName) -> Bool {
    left.description < right.description
  }
}

/// The kind of work a job is: a queue name's characters plus `:` and `/`, up to 128.
package struct JobType: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The type as text.
  package let description: String

  /// The type of a job that was given none.
  package static let `default` = JobType(trusted: "default")

  private init(trusted text: String) {
    description = text
  }

  /// Checks a type at the door.
  ///
  /// - Throws: `InvalidValue` with the part of the rule that it breaks.
  package init(_ text: String) throws(InvalidValue) {
    try NameRule.check(
      text, field: .type, extra: [UInt8(ascii: ":"), UInt8(ascii: "/")], most: 128)
    description = text
  }

  package static func < (left: JobType, right: JobType) -> Bool {
    left.description < right.description
  }
}

/// The rule behind every name that a job carries.
enum NameRule {
  static func check(
    _ text: String, field: InvalidValue.Field, extra: [UInt8], most: Int = 64
  ) throws(InvalidValue) {
    var previous: UInt8 = 0
    var count = 0
    for byte in text.utf8 {
      guard isAlphanumeric(byte) || count > 0 && (isMark(byte) || extra.contains(byte)) else {
        throw InvalidValue(field, count == 0 ? firstReason : otherReason(extra))
      }
      guard !(byte == UInt8(ascii: ".") && previous == byte) else {
        throw InvalidValue(field, "must not hold '..'")
      }
      previous = byte
      count += 1
    }
    guard count > 0 else { throw InvalidValue(field, "must not be empty") }
    guard count <= most else { throw InvalidValue(field, "is longer than \(most) characters") }
  }

  private static let firstReason = "must begin with a letter or a digit"

  private static func otherReason(_ extra: [UInt8]) -> String {
    let others = extra.map { ", '\(Character(Unicode.Scalar($0)))'" }.joined()
    return "may hold only letters, digits, '.', '_', '-'\(others)"
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
