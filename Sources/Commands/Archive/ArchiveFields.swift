import Calendar
import Jobs
import Text

/// The members of one line of an archive, read by name; what nobody has read is a mistake.
struct ArchiveFields {
  private var reader: JSONObjectReader
  private var members: [(member: JSONMember, isRead: Bool)] = []

  typealias Problem = JobLine.Problem

  init(_ bytes: [UInt8], in range: Range<Int>) throws(Problem) {
    // More levels than a payload may have, which stands inside, or in a schedule's job.
    reader = JSONObjectReader(
      bytes, in: range, maximumDepth: JSONValidation.payloadDepth + 2)
    do throws(JSONError) {
      while let member = try reader.next() { members.append((member, false)) }
    } catch {
      throw Problem(reason: error.description)
    }
  }

  /// Whether there is such a member.
  func has(_ key: String) -> Bool { members.contains { $0.member.key == key } }

  private mutating func take(_ key: String) -> JSONMember? {
    guard let place = members.firstIndex(where: { $0.member.key == key }) else { return nil }
    members[place].isRead = true
    return members[place].member
  }

  /// Refuses what nobody has read.
  func finish() throws(Problem) {
    guard let rest = members.first(where: { !$0.isRead }) else { return }
    throw Problem(reason: "an unknown member '\(TerminalText.escape(rest.member.key, .line))'")
  }

  static func missing(_ key: String) -> Problem { Problem(reason: "\(key) is missing") }

  // MARK: - Values

  mutating func text(ifAny key: String) throws(Problem) -> String? {
    guard let member = take(key) else { return nil }
    guard let text = reader.string(of: member) else { throw Problem(reason: "\(key) is no text") }
    return text
  }

  mutating func text(_ key: String) throws(Problem) -> String {
    guard let text = try text(ifAny: key) else { throw Self.missing(key) }
    return text
  }

  mutating func number(ifAny key: String) throws(Problem) -> Int64? {
    guard let member = take(key) else { return nil }
    guard let number = reader.int64(of: member) else {
      throw Problem(reason: "\(key) is no whole number")
    }
    return number
  }

  mutating func number(_ key: String) throws(Problem) -> Int64 {
    guard let number = try number(ifAny: key) else { throw Self.missing(key) }
    return number
  }

  /// A setting of a queue, if it is there; what it should not be is an empty text.
  mutating func setting(ifAny key: String) -> SettingValue? {
    guard let member = take(key) else { return nil }
    if let number = reader.int64(of: member) { return .number(number) }
    return .text(reader.string(of: member) ?? "")
  }

  /// A number that is not negative.
  mutating func count(_ key: String) throws(Problem) -> Int64 {
    try Self.checked(try number(key), key)
  }

  mutating func count(ifAny key: String) throws(Problem) -> Int64? {
    guard let number = try number(ifAny: key) else { return nil }
    return try Self.checked(number, key)
  }

  private static func checked(_ count: Int64, _ key: String) throws(Problem) -> Int64 {
    guard count >= 0 else { throw Problem(reason: "\(key) is negative") }
    return count
  }

  mutating func bool(_ key: String) throws(Problem) -> Bool {
    guard let member = take(key) else { return false }
    guard let value = reader.bool(of: member) else {
      throw Problem(reason: "\(key) is neither true nor false")
    }
    return value
  }

  mutating func instant(ifAny key: String) throws(Problem) -> Instant? {
    guard let text = try text(ifAny: key) else { return nil }
    return try Self.instant(text, key)
  }

  mutating func instant(_ key: String) throws(Problem) -> Instant {
    guard let instant = try instant(ifAny: key) else { throw Self.missing(key) }
    return instant
  }

  static func instant(_ text: String, _ key: String) throws(Problem) -> Instant {
    guard let time = try? RFC3339.parse(text) else {
      throw Problem(reason: "\(key) is no RFC 3339 time")
    }
    return Instant(milliseconds: time)
  }

  /// A text that means something else, if it does.
  mutating func value<Value>(
    ifAny key: String, _ parse: (String) throws -> Value
  ) throws(Problem) -> Value? {
    guard let text = try text(ifAny: key) else { return nil }
    do {
      return try parse(text)
    } catch let error as InvalidValue {
      throw Problem(reason: "\(key) \(error.reason)")
    } catch {
      throw Problem(reason: "\(key) cannot be read")
    }
  }

  mutating func value<Value>(
    _ key: String, _ parse: (String) throws -> Value
  ) throws(Problem) -> Value {
    guard let value = try value(ifAny: key, parse) else { throw Self.missing(key) }
    return value
  }

  /// Bytes in one of three forms, `KEY`, `KEY_text` and `KEY_b64`; `nil` where there is none.
  mutating func bytes(_ key: String) throws(Problem) -> [UInt8]? {
    let forms = [key, key + "_text", key + "_b64"].filter { has($0) }
    guard forms.count < 2 else { throw Problem(reason: "more than one \(key)") }
    guard let form = forms.first, let member = take(form) else { return nil }
    guard form != key else { return Array(reader.slice(of: member)) }
    let text = reader.utf8(of: member)
    guard let bytes = form.hasSuffix("_text") ? text : text.flatMap({ Base64.decode($0) }) else {
      throw Problem(reason: "\(form) is not \(form.hasSuffix("_text") ? "a text" : "base64")")
    }
    return bytes
  }

  mutating func hexadecimal(_ key: String) throws(Problem) -> [UInt8] {
    guard let bytes = Hexadecimal.decode(try text(key)) else {
      throw Problem(reason: "\(key) is not hexadecimal")
    }
    return bytes
  }

  /// A whole tree, if there is one.
  mutating func tree(_ key: String) throws(Problem) -> JSONValue? {
    guard let member = take(key) else { return nil }
    do throws(JSONError) {
      return try JSONValue.parse(reader.slice(of: member))
    } catch {
      throw Problem(reason: error.description)
    }
  }

  mutating func tags() throws(Problem) -> [Tag] {
    guard let value = try tree("tags") else { return [] }
    let problem = Problem(reason: "tags is not an object of texts")
    guard let members = value.members else { throw problem }
    var tags: [Tag] = []
    for member in members {
      guard let text = member.value.string else { throw problem }
      do { tags.append(try Tag(name: member.key, value: text)) } catch {
        throw Problem(reason: "tags \(error.reason)")
      }
    }
    return tags
  }
}
