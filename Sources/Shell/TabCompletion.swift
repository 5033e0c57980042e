import Calendar
import CommandLineSpec
import Text

/// What a press of Tab means.
///
/// Candidates of the commands, words of the shell, and file names, quoted so that they are read back as
/// they are. Nothing of what is typed or stored is ever run.
struct TabCompletion {
  /// What takes the place of the word at the cursor.
  struct Answer: Equatable {
    /// What all candidates have in common; the whole of the only one.
    var common = ""
    /// In the order to be shown.
    var candidates: [String] = []
    /// What follows the only candidate; `nil` for nothing.
    var append: UInt8?
  }

  let host: any ShellHost
  private let files = FileNames()

  init(_ host: any ShellHost) { self.host = host }

  /// - Parameters:
  ///   - text: Everything up to the cursor, earlier lines of an unfinished command included.
  ///   - raw: The end of it that is to be replaced.
  func answer(_ text: String, raw: String) -> Answer {
    guard !isEscape(text) else { return spell(files.completion(raw, .all), raw, raw, .none) }
    let cursor = WordSplitter.unfinished(text[...])
    guard !cursor.isComment else { return Answer() }
    let found = completion(cursor.words[...], cursor.current)
    if found.directive.contains(.error) { return Answer() }
    return spell(withFiles(found, cursor.current), cursor.current, raw, cursor.quote)
  }

  private func isEscape(_ text: String) -> Bool {
    text.utf8.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "!")
  }

  private func completion(_ words: ArraySlice<String>, _ current: String) -> Completion {
    guard let first = words.first else { return withOwnWords([], current) }
    let rest = words.dropFirst()
    switch ShellWord(rawValue: first) {
    case .use where rest.isEmpty: return Completion(host.queues(beginning: current), .noFiles)
    case .source where rest.isEmpty: return Completion([], [])
    case .use, .source, .exit, .quit: return Completion([], .noFiles)
    case .repeat:
      guard !rest.isEmpty else { return Completion([], .noFiles) }
      return completion(rest.dropFirst(), current)
    case .watch:
      let isTimed = rest.first.map { (try? DurationText.parse($0)) != nil } ?? false
      return completion(isTimed ? rest.dropFirst() : rest, current)
    case nil where first == "help": return withOwnWords(["help"], current, after: rest)
    case nil: return host.completion(after: Array(words), current: current)
    }
  }

  private func withOwnWords(
    _ head: [String], _ current: String, after rest: ArraySlice<String> = []
  ) -> Completion {
    var found = host.completion(after: head + rest, current: current)
    guard rest.isEmpty else { return found }
    found.candidates += ShellWord.allCases.map { Candidate($0.rawValue, $0.summary) }
    found.directive.remove(.error)
    return found
  }

  /// File names where they are wished for: behind the `=` of a flag too.
  private func withFiles(_ found: Completion, _ current: String) -> Completion {
    let wish: FileNames.Wish
    if found.directive.contains(.filterByExtension) {
      wish = .endings(found.candidates.map(\.value))
    } else if found.directive.contains(.directories) {
      wish = .folders
    } else if found.candidates.isEmpty, !found.directive.contains(.noFiles) {
      wish = .all
    } else {
      return found
    }
    let isFlag = current.utf8.first == UInt8(ascii: "-")
    let equals = isFlag ? current.utf8.firstIndex(of: UInt8(ascii: "=")) : nil
    guard let equals else { return files.completion(current, wish) }
    let start = current.utf8.index(after: equals)
    var named = files.completion(String(current[start...]), wish)
    named.candidates = named.candidates.map { Candidate(current[..<start] + $0.value) }
    return named
  }

  /// Each candidate as it must stand in the line: what is there, and the rest of it quoted.
  private func spell(
    _ found: Completion, _ current: String, _ raw: String, _ quote: WordSplitter.Quote
  ) -> Answer {
    var endings: [String] = []
    var seen = Set<String>()
    let wanted = found.candidates.filter { $0.value.utf8.starts(with: current.utf8) }
    for candidate in wanted where seen.insert(candidate.value).inserted {
      // What can't be shown as it is could not be told from something else.
      guard TerminalText.escape(candidate.value, .line) == candidate.value else { continue }
      endings.append(String(Substring(candidate.value.utf8.dropFirst(current.utf8.count))))
    }
    if !found.directive.contains(.keepOrder) {
      endings.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    endings = Array(endings.prefix(Self.most))
    guard let first = endings.first else { return Answer() }
    let isOnly = endings.count == 1
    let goesOn = found.directive.contains(.noSpace)
    let common = isOnly ? first : endings.dropFirst().reduce(first, Self.common)
    let close = isOnly && !goesOn ? Quoting.closing(quote) : ""
    return Answer(
      common: raw + Quoting.quoted(common, in: quote) + close,
      candidates: endings.map { raw + Quoting.quoted($0, in: quote) },
      append: isOnly && !goesOn ? UInt8(ascii: " ") : nil)
  }

  /// No more are shown.
  private static let most = 300

  private static func common(_ left: String, _ right: String) -> String {
    String(zip(left, right).prefix { $0 == $1 }.map(\.0))
  }
}
