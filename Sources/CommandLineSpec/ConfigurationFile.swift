/// A configuration file as read by the caller.
package struct ConfigurationFile: Sendable {
  /// Its path, as messages name it.
  package let path: String
  /// All of its text.
  package let text: String

  /// Pairs a path with its text.
  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }
}

/// One line that sets a flag.
struct ConfigurationLine {
  /// From 1.
  let number: Int
  /// The command it is for; empty for all.
  let command: [String]
  /// `--flag`, or `--flag value`, or `--flag=value`.
  let words: [String]
  /// Whether it is a whole command line, with `--` and operands behind it, and sets nothing.
  var isWhole = false
}

extension ConfigurationFile {
  /// Consents that must be given each time anew (design.md §8).
  private static let refused = ["yes", "force", "confirm", "all"]

  /// The lines that set something.
  func lines() throws(ConfigurationError) -> [ConfigurationLine] {
    var lines: [ConfigurationLine] = []
    var number = 0
    // By bytes: to Swift, a carriage return and a line feed are one character.
    for raw in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      do {
        if let line = try Self.line(Substring(raw), number) { lines.append(line) }
      } catch {
        throw .line(path: path, number: number, error)
      }
    }
    return lines
  }

  private static func line(
    _ text: Substring, _ number: Int
  ) throws(LineProblem) -> ConfigurationLine? {
    let words: [String]
    do { words = try WordSplitter.split(text) } catch { throw .openQuote }
    guard !words.isEmpty else { return nil }
    let command = words.prefix { !$0.utf8.starts(with: "-".utf8) }
    let rest = words.dropFirst(command.count)
    // Two words may be a flag and `--` as its value.
    if rest.first == "--" || rest.count > 2 && rest.contains("--"), !command.isEmpty {
      return ConfigurationLine(
        number: number, command: Array(command), words: Array(rest), isWhole: true)
    }
    guard let flag = rest.first, flag.utf8.starts(with: "--".utf8), flag != "--" else {
      throw .noFlag
    }
    let name = WordScanner.split(flag).name
    if refused.contains(name) { throw .refused("--\(name)") }
    return ConfigurationLine(number: number, command: Array(command), words: Array(rest))
  }

  /// The one flag that a line sets, by a table of flags; nil where the table doesn't have it.
  func given(_ line: ConfigurationLine, by flags: [FlagEntry]) throws(LineProblem) -> Given? {
    var scanner = WordScanner(flags: flags)
    var index = 0
    scanner.readOption(line.words, &index)
    if case .unknownFlag = scanner.failure { return nil }
    if let failure = scanner.failure { throw .usage(failure) }
    guard let given = scanner.given.first else { return nil }
    if Self.refused.contains(flags[given.index].name) {
      throw .refused("--\(flags[given.index].name)")
    }
    if index < line.words.count { throw .extraWord(line.words[index]) }
    return Given(
      index: given.index, met: given.met, origin: .file(path: path, line: line.number))
  }
}

/// A whole command line in a configuration file.
package struct ConfiguredCommand: Equatable, Sendable {
  /// The file's path.
  package let path: String
  /// The line's number, from 1.
  package let number: Int
  /// The words behind the command.
  package let words: [String]

  /// A line with its parts.
  package init(path: String, number: Int, words: [String]) {
    self.path = path
    self.number = number
    self.words = words
  }
}
