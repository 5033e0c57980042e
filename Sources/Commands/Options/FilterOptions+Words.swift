import Calendar
import CommandLineSpec
import Jobs
import Text

extension FilterOptions {
  /// The filter as it may be typed again, one spelling for each meaning: `-q emails --error timeout`.
  ///
  /// The log keeps it, so that what an operator meant can be read after the fact.
  var words: String {
    var words = ShellWords()
    words.add("-q", queues) { $0.description }
    words.add("--state", states) { $0.rawValue }
    words.add("-t", types) { $0.description }
    words.add("--error", errors) { $0 }
    words.add("--error-group", errorGroups) { $0.description }
    words.add("--priority", priorities) { String($0.level) }
    words.add("--tag", tags) { "\($0.name)=\($0.value)" }
    words.add("--payload-match", payload) { Self.text($0.path) + "=" + $0.value }
    words.add("--attempts", attempts.map(Self.text))
    words.add("--replays", replays.map(Self.text))
    words.add("--older-than", olderThan.map { DurationText.text($0.milliseconds) })
    words.add("--newer-than", newerThan.map { DurationText.text($0.milliseconds) })
    if filter().selectsAll { words.add(flag: "--all") }
    words.add("-n", limit.map { String($0) })
    return words.text
  }

  private static func text(_ path: JSONPath) -> String {
    var text = ""
    for step in path.steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += (text.isEmpty ? "" : ".") + Self.text(key)
      }
    }
    return text
  }

  private static func text(_ key: String) -> String {
    guard key.isEmpty || key.utf8.contains(where: ".[]=\"".utf8.contains) else { return key }
    var writer = JSONWriter()
    writer.string(key)
    return writer.buffer.text
  }

  private static func text(_ range: ClosedRange<Int64>) -> String {
    if range.lowerBound == range.upperBound { return String(range.lowerBound) }
    let end = range.upperBound == .max ? "" : String(range.upperBound)
    return "\(range.lowerBound)..\(end)"
  }
}

/// Words of a command line, quoted where a shell would not leave them as they are.
private struct ShellWords {
  private(set) var text = ""

  mutating func add(flag: String) {
    if !text.isEmpty { text += " " }
    text += flag
  }

  mutating func add(_ flag: String, _ value: String?) {
    guard let value else { return }
    add(flag: flag)
    text += " " + Self.quoted(value)
  }

  mutating func add<Value>(
    _ flag: String, _ terms: [FilterOptions.Term<Value>], _ shown: (Value) -> String
  ) {
    for term in terms { add(flag, (term.isNegated ? "!" : "") + shown(term.value)) }
  }

  private static func quoted(_ word: String) -> String {
    guard word.isEmpty || !word.utf8.allSatisfy(isPlain) else { return word }
    var quoted: [UInt8] = [UInt8(ascii: "'")]
    for byte in word.utf8 {
      if byte == UInt8(ascii: "'") {
        quoted += Array(#"'\''"#.utf8)
      } else {
        quoted.append(byte)
      }
    }
    quoted.append(UInt8(ascii: "'"))
    return String(decoding: quoted, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-+=:,./@%".utf8.contains(byte)
    }
  }
}
