import CommandLineSpec

/// Text that is taken apart into commands as it comes in, line by line.
struct CommandText {
  /// What a command comes to.
  enum Item: Equatable {
    /// Its words, at least one.
    case words([String])
    /// A command for the system's shell, as it was written.
    case escape(String)
  }

  /// A command, where it begins, and as what it was written.
  struct Command: Equatable {
    let item: Item
    let line: Int
    let source: String
  }

  private var rest: Substring = ""
  private var line = 1
  private var isEmpty = true

  init() {}

  /// A text that is all there.
  init(_ text: String) { append(text) }

  /// Adds a line, without its end.
  mutating func append(_ line: String) {
    // Between two lines, not behind each: a backslash at the end asks for one more.
    rest = isEmpty ? line[...] : rest + "\n" + line
    isEmpty = false
    lastLine += 1
  }

  /// Takes the next command off; `nil` behind the last.
  ///
  /// - Throws: `unfinished` where more lines must come first.
  mutating func next() throws(WordSplitter.Failure) -> Command? {
    while true {
      skipBlanks()
      let (before, line) = (rest, line)
      if let escape = takeEscape() {
        return Command(item: escape, line: line, source: taken(from: before))
      }
      guard let words = try WordSplitter.nextCommand(of: &rest) else { return nil }
      let source = taken(from: before)
      if !words.isEmpty { return Command(item: .words(words), line: line, source: source) }
    }
  }

  /// The number of the last line that was added.
  private(set) var lastLine = 0

  /// Where what is left begins, which no command could be made of; `nil` where nothing is left.
  var unfinishedLine: Int? {
    var copy = self
    do throws(WordSplitter.Failure) {
      while try copy.next() != nil {}
      return nil
    } catch {
      return copy.line
    }
  }

  private mutating func skipBlanks() {
    while let byte = rest.utf8.first, byte == 0x20 || 0x09...0x0D ~= byte {
      if byte == 0x0A { line += 1 }
      rest = Substring(rest.utf8.dropFirst())
    }
  }

  /// `!` and `\q` are no words: what stands behind the first is another shell's, and the second would
  /// be a quoted letter.
  private mutating func takeEscape() -> Item? {
    let end = rest.utf8.firstIndex(of: 0x0A) ?? rest.endIndex
    let text = rest[..<end]
    if text.utf8.first == UInt8(ascii: "!") {
      rest = rest[end...]
      return .escape(String(text.dropFirst()))
    }
    guard text.utf8.starts(with: #"\q"#.utf8) else { return nil }
    let behind = text.utf8.dropFirst(2)
    guard behind.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return nil }
    rest = rest[end...]
    return .words(["exit"])
  }

  /// What was taken off since, and counts its lines.
  private mutating func taken(from before: Substring) -> String {
    let bytes = before.utf8.prefix(before.utf8.count - rest.utf8.count)
    line += bytes.count { $0 == 0x0A }
    return String(Substring(bytes))
  }
}
