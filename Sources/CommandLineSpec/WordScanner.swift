/// Sorts words into flags and operands by a table of flags; converts nothing, fails softly.
///
/// After a failure it reads on, because `--help` further right must still answer.
struct WordScanner {
  let flags: [FlagEntry]
  /// From this many operands on, every word is an operand: the argv of a handler.
  var trailingIndex: Int?

  private(set) var given: [Given] = []
  private(set) var operands: [String] = []
  private(set) var wantsHelp = false
  private(set) var wantsVersion = false
  private(set) var failure: UsageError?
  /// The flag that the words end in while it still waits for its value.
  private(set) var pending: Int?
  /// Whether the words that follow can only be operands.
  private(set) var optionsEnded = false

  init(flags: [FlagEntry], trailingIndex: Int? = nil) {
    self.flags = flags
    self.trailingIndex = trailingIndex
  }

  /// Reads all words.
  mutating func read(_ words: [String]) {
    var index = 0
    while index < words.count {
      let word = words[index]
      if optionsEnded {
        operands.append(word)
        index += 1
      } else if word == "--" {
        optionsEnded = true
        index += 1
      } else if Self.isOption(word) {
        readOption(words, &index)
      } else {
        operands.append(word)
        index += 1
        optionsEnded = trailingIndex.map { operands.count > $0 } ?? false
      }
    }
  }

  /// Whether a word is an option rather than an operand; a lone `-` is an operand.
  static func isOption(_ word: String) -> Bool {
    word.utf8.first == UInt8(ascii: "-") && word.utf8.count > 1
  }

  /// Reads the option at the index and moves past it and its value.
  mutating func readOption(_ words: [String], _ index: inout Int) {
    let word = words[index]
    index += 1
    if word.utf8.dropFirst().first == UInt8(ascii: "-") {
      readLong(word, words, &index)
    } else {
      readCluster(word, words, &index)
    }
  }

  private mutating func readLong(_ word: String, _ words: [String], _ index: inout Int) {
    let (name, value) = Self.split(word)
    guard let (flag, isNegated) = find(name) else { return readUnknownLong(word, name, value) }
    let entry = flags[flag]
    switch (entry.kind, value) {
    case (.switch, nil): add(flag, isNegated ? .negated : .present)
    case (.switch, .some): fail(.unexpectedValue("--\(name)"))
    case (.optionalValue, nil): add(flag, .present)
    case (_, .some(let value)): add(flag, .value(value))
    case (_, nil): readValue(of: flag, words, &index)
    }
  }

  private mutating func readUnknownLong(_ word: String, _ name: String, _ value: String?) {
    if name == "help", value == nil { return wantsHelp = true }
    if name == "version", value == nil { return wantsVersion = true }
    let known = flags.filter { !$0.isHidden }.flatMap(\.spellings) + ["--help", "--version"]
    let suggestions = Suggestion.names(for: "--\(name)", among: known)
    fail(.unknownFlag("--\(name)", suggestions: suggestions, owners: []))
  }

  private mutating func readCluster(_ word: String, _ words: [String], _ index: inout Int) {
    var rest = word.utf8.dropFirst()
    while let letter = rest.popFirst() {
      guard let flag = flags.firstIndex(where: { $0.short?.asciiValue == letter }) else {
        if readUnknownShort(letter) { continue }
        return fail(.unknownFlag(Self.shown(letter, word), suggestions: [], owners: []))
      }
      guard flags[flag].needsValue else {
        add(flag, .present)
        continue
      }
      guard rest.isEmpty else { return add(flag, .value(String(Substring(rest)))) }
      return readValue(of: flag, words, &index)
    }
  }

  private mutating func readUnknownShort(_ letter: UInt8) -> Bool {
    switch letter {
    case UInt8(ascii: "h"): wantsHelp = true
    case UInt8(ascii: "V"): wantsVersion = true
    default: return false
    }
    return true
  }

  private static func shown(_ letter: UInt8, _ word: String) -> String {
    letter < 0x80 ? "-\(Character(Unicode.Scalar(letter)))" : word
  }

  private mutating func readValue(of flag: Int, _ words: [String], _ index: inout Int) {
    guard index < words.count else {
      pending = flag
      return fail(.missingValue("--\(flags[flag].name)", flags[flag].valueName ?? "VALUE"))
    }
    add(flag, .value(words[index]))
    index += 1
  }

  private mutating func add(_ flag: Int, _ met: Occurrence) {
    given.append(Given(index: flag, met: met, origin: .flag))
  }

  private mutating func fail(_ error: UsageError) {
    if failure == nil { failure = error }
  }

  /// The name without dashes and the value after `=`, by bytes: a combining mark joins nothing.
  static func split(_ word: String) -> (name: String, value: String?) {
    let body = word.utf8.dropFirst(2)
    guard let equals = body.firstIndex(of: UInt8(ascii: "=")) else {
      return (String(Substring(body)), nil)
    }
    let value = body[body.index(after: equals)...]
    return (String(Substring(body[..<equals])), String(Substring(value)))
  }

  /// The flag of a long name, and whether the name negates it.
  func find(_ name: String) -> (flag: Int, isNegated: Bool)? {
    if let flag = flags.firstIndex(where: { $0.name == name || $0.aliases.contains(name) }) {
      return (flag, false)
    }
    guard name.utf8.starts(with: "no-".utf8) else { return nil }
    // By bytes: a mark that combines with the dash would be dropped with it.
    let positive = String(Substring(name.utf8.dropFirst(3)))
    let flag = flags.firstIndex {
      $0.isNegatable && ($0.name == positive || $0.aliases.contains(positive))
    }
    return flag.map { ($0, true) }
  }
}
