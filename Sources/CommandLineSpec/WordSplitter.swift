/// Splits a line into words by POSIX-like quoting, with no expansion of any kind.
///
/// Blanks separate; `'…'` keeps everything; `"…"` keeps all but `\"`, `\\`, `` \` `` and `\$`; a
/// backslash elsewhere keeps the next character; `#` at the start of a word begins a comment.
package struct WordSplitter {
  /// Why a line can't be split.
  package enum Failure: Error, Equatable, Sendable {
    /// A quote, or a backslash at the very end, is still open: the line may go on.
    case unfinished
  }

  private var rest: Substring.UTF8View
  private var words: [String] = []
  private var word: [UInt8]?

  private init(_ line: Substring) { rest = line.utf8 }

  /// The words of a line.
  package static func split(_ line: Substring) throws(Failure) -> [String] {
    var splitter = WordSplitter(line)
    return try splitter.run()
  }

  private mutating func run() throws(Failure) -> [String] {
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: " "), 0x09...0x0d: endWord()
      case UInt8(ascii: "#") where word == nil: rest = rest.suffix(0)
      case UInt8(ascii: "'"): try readQuoted()
      case UInt8(ascii: "\""): try readDoubleQuoted()
      case UInt8(ascii: "\\"): add(try next())
      default: add(byte)
      }
    }
    endWord()
    return words
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
    word = word ?? []
    while true {
      let byte = try next()
      if byte == UInt8(ascii: "'") { return }
      add(byte)
    }
  }

  private mutating func readDoubleQuoted() throws(Failure) {
    word = word ?? []
    while true {
      let byte = try next()
      switch byte {
      case UInt8(ascii: "\""): return
      case UInt8(ascii: "\\"):
        let escaped = try next()
        if !#""\$`"#.utf8.contains(escaped) { add(byte) }
        add(escaped)
      default: add(byte)
      }
    }
  }
}
