/// Finds the calls of a program in a line of shell, by the words that the shell would give it.
///
/// No shell: quotes are taken off, but nothing is expanded, and what stands in double quotes or in a
/// here-document is no call. A redirection ends the words, so flags are written before it.
struct ShellCalls {
  private var rest: Substring
  private var words: [String] = []
  private var word: String?
  private(set) var commands: [[String]] = []

  private init(_ line: String) { rest = line[...] }

  /// The arguments of each call of a program, in order.
  static func arguments(of program: String, in line: String) -> [[String]] {
    var calls = ShellCalls(line)
    calls.read()
    return calls.commands.compactMap { words in
      // Assignments before a command are no part of it.
      let words = words.drop { $0.contains("=") && !$0.hasPrefix("-") || keywords.contains($0) }
      return words.first == program ? Array(words.dropFirst()) : nil
    }
  }

  private static let keywords = ["if", "then", "else", "while", "until", "do", "!", "{"]

  private mutating func read() {
    while let character = rest.popFirst() {
      switch character {
      case " ", "\t": endWord()
      case "<" where isPlace: append(upTo: ">")
      case "\n", ";", "|", "&", "(", ")", "<", ">", "`": endCommand()
      case "'": append(upTo: "'")
      case "\"": append(upTo: "\"")
      case "\\": if let next = rest.popFirst() { word = (word ?? "") + String(next) }
      case "$" where rest.first == "(": word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    endCommand()
  }

  /// Whether a place such as `<id:first>` begins, rather than a redirection.
  private var isPlace: Bool {
    guard let end = rest.firstIndex(of: ">") else { return false }
    let inside = rest[..<end]
    return inside.contains(":") && !inside.contains { " ;|&\n".contains($0) }
  }

  private mutating func append(upTo quote: Character) {
    var text = word ?? ""
    while let character = rest.popFirst(), character != quote {
      if quote == "\"", character == "\\", let next = rest.popFirst() {
        text.append(next)
      } else {
        text.append(character)
      }
    }
    word = text
  }

  private mutating func endWord() {
    if let word { words.append(word) }
    word = nil
  }

  private mutating func endCommand() {
    endWord()
    if !words.isEmpty { commands.append(words) }
    words = []
  }
}
