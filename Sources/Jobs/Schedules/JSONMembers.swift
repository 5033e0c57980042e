import Calendar
import Text

/// The members of an object that makes up a schedule, by name.
struct JSONMembers {
  private let reader: JSONObjectReader
  private var members: [String: JSONMember] = [:]

  init(_ bytes: [UInt8]) throws(InvalidValue) {
    // A payload stands in a job, which stands in a schedule.
    var reader = JSONObjectReader(bytes, maximumDepth: JSONValidation.payloadDepth + 2)
    do throws(JSONError) {
      while let member = try reader.next() { members[member.key] = member }
    } catch {
      throw InvalidValue(.schedule, "is no JSON object")
    }
    self.reader = reader
  }

  func text(ifAny key: String) throws(InvalidValue) -> String? {
    guard let member = members[key] else { return nil }
    guard let text = reader.string(of: member) else { throw Self.wrong(key) }
    return text
  }

  func text(_ key: String) throws(InvalidValue) -> String {
    guard let text = try text(ifAny: key) else { throw Self.wrong(key) }
    return text
  }

  func number(ifAny key: String) throws(InvalidValue) -> Int64? {
    guard let member = members[key] else { return nil }
    guard let number = reader.int64(of: member) else { throw Self.wrong(key) }
    return number
  }

  func number(_ key: String) throws(InvalidValue) -> Int64 {
    guard let number = try number(ifAny: key) else { throw Self.wrong(key) }
    return number
  }

  func bool(_ key: String) -> Bool { members[key].flatMap { reader.bool(of: $0) } ?? false }

  func instant(ifAny key: String) throws(InvalidValue) -> Instant? {
    guard let text = try text(ifAny: key) else { return nil }
    guard let time = try? RFC3339.parse(text) else { throw Self.wrong(key) }
    return Instant(milliseconds: time)
  }

  func instant(_ key: String) throws(InvalidValue) -> Instant {
    guard let instant = try instant(ifAny: key) else { throw Self.wrong(key) }
    return instant
  }

  func object(_ key: String) throws(InvalidValue) -> JSONMembers {
    guard let member = members[key] else { throw Self.wrong(key) }
    return try JSONMembers(Array(reader.slice(of: member)))
  }

  /// Bytes in one of three forms, as `JSONWriter.bytes` writes them.
  func bytes(_ key: String) throws(InvalidValue) -> [UInt8] {
    for form in [key, key + "_text", key + "_b64"] {
      if let member = members[form], let bytes = reader.bytes(of: member) { return bytes }
    }
    throw Self.wrong(key)
  }

  func tags() throws(InvalidValue) -> [Tag] {
    guard let member = members["tags"] else { return [] }
    guard let value = try? JSONValue.parse(reader.slice(of: member)), let pairs = value.members
    else { throw Self.wrong("tags") }
    return try pairs.map { (pair) throws(InvalidValue) in
      guard let text = pair.value.string else { throw Self.wrong("tags") }
      return try Tag(name: pair.key, value: text)
    }
  }

  private static func wrong(_ key: String) -> InvalidValue {
    InvalidValue(.schedule, "has no proper '\(key)'")
  }
}
