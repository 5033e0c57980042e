/// Splits text into words by POSIX-like quoting, with no expansion of any kind.
///
/// Blanks separate; `'…'` keeps everything; `"…"` keeps all but `\"`, `\\`, `` \` `` and `\$`; a
/// backslash elsewhere keeps the next character; `#` at the start of a word begins a comment.
package struct WordSplitter {
  /// Why a line can't be split.
  package enum Failure: Error, Equatable, Sendable {
    /// A quote, or a backslash at the very end, is still open: the line may go on.
    case unfinished
  }

  /// What is open at a place in a line.
  package enum Quote: Equatable, Sendable {
    /// Nothing.
    case none
    /// `'`.
    case single
    /// `"`.
    case double
  }

  private var rest: Substring.UTF8View
  /// Whether a line end and `;` end a command.
  private let isScript: Bool
  private var words: [String] = []
  private var word: [UInt8]?
  private var quote = Quote.none
  private var isInComment = false

  private init(_ text: Substring, isScript: Bool = false) {
    rest = text.utf8
    self.isScript = isScript
  }

  /// The words of a line.
  package static func split(_ line: Substring) throws(Failure) -> [String] {
    var splitter = WordSplitter(line)
    return try splitter.run()
  }

  private mutating func run() throws(Failure) -> [String] {
    _ = try readCommand()
    endWord()
    return words
  }

  /// Reads up to what ends a command; false at the end of the text, the last word still open.
  private mutating func readCommand() throws(Failure) -> Bool {
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\n") where isScript, UInt8(ascii: ";") where isScript:
        endWord()
        return true
      case UInt8(ascii: " "), 0x09...0x0d: endWord()
      case UInt8(ascii: "#") where word == nil: skipComment()
      case UInt8(ascii: "'"): try readQuoted()
      case UInt8(ascii: "\""): try readDoubleQuoted()
      case UInt8(ascii: "\\"):
        let next = try next()
        // A line that goes on below.
        if !isScript || next != UInt8(ascii: "\n") { add(next) }
      default: add(byte)
      }
    }
    return false
  }

  private mutating func skipComment() {
    let end = isScript ? rest.firstIndex(of: UInt8(ascii: "\n")) : nil
    isInComment = end == nil
    rest = rest[(end ?? rest.endIndex)...]
  }

  private mutating func add(_ byte: UInt8) {
    if word == nil { word = [] }
    word?.append(byte)
  }

  private mutating func endWord() {
    guard let bytes = word else { return }
    words.append(String(decoding: bytes, as: UTF8.self))
    word = nil
  }

  private mutating func next() throws(Failure) -> UInt8 {
    guard let byte = rest.popFirst() else { throw .unfinished }
    return byte
  }

  private mutating func readQuoted() throws(Failure) {
    open(.single)
    while true {
      let byte = try next()
      if byte == UInt8(ascii: "'") { return quote = .none }
      add(byte)
    }
  }

  private mutating func readDoubleQuoted() throws(Failure) {
    open(.double)
    while true {
      let byte = try next()
      switch byte {
      case UInt8(ascii: "\""): return quote = .none
      case UInt8(ascii: "\\"):
        let escaped = try next()
        if isScript, escaped == UInt8(ascii: "\n") { continue }
        if !#""\$`"#.utf8.contains(escaped) { add(byte) }
        add(escaped)
      default: add(byte)
      }
    }
  }

  /// What is still open, should the text end, is told by `quote`.
  private mutating func open(_ kind: Quote) {
    word = word ?? []
    quote = kind
  }
}

extension WordSplitter {
  /// Takes the next command off a text of several, which a line end or `;` ends; `nil` behind the last.
  ///
  /// A backslash at the end of a line joins it with the next. Nothing is taken where it is unfinished.
  ///
  /// - Returns: its words; none for an empty line or a comment.
  package static func nextCommand(of text: inout Substring) throws(Failure) -> [String]? {
    guard !text.isEmpty else { return nil }
    var splitter = WordSplitter(text, isScript: true)
    let words = try splitter.run()
    text = Substring(splitter.rest)
    return words
  }

  /// The command that the end of a text is in.
  package struct Unfinished: Equatable, Sendable {
    /// Its complete words.
    package var words: [String]
    /// The word that the text ends in, quotes removed; empty between two words.
    package var current: String
    /// What is open at the end.
    package var quote: Quote
    /// Whether the text ends in a comment.
    package var isComment: Bool
  }

  /// The command that the end of a text of several is in, as the cursor may be.
  package static func unfinished(_ text: Substring) -> Unfinished {
    var splitter = WordSplitter(text, isScript: true)
    while (try? splitter.readCommand()) == true { splitter.words = [] }
    let current = splitter.word.map { String(decoding: $0, as: UTF8.self) }
    return Unfinished(
      words: splitter.words, current: current ?? "", quote: splitter.quote,
      isComment: splitter.isInComment)
  }
}
