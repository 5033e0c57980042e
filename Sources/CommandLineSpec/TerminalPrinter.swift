/// Prints headings, wrapped prose and aligned terms for a terminal, as plain text.
struct TerminalPrinter {
  let program: String
  /// Where lines are wrapped; between 40 and 100, however wide the terminal.
  let width: Int

  private(set) var text = ""

  init(program: String, width: Int) {
    self.program = program
    self.width = min(max(width, 40), 100)
  }

  mutating func line(_ line: String = "") {
    text += line
    text += "\n"
  }

  /// A heading, an empty line before it unless it is the first.
  mutating func heading(_ title: String) {
    if !text.isEmpty { line() }
    line("\(title):")
  }

  /// Blocks with an empty line before each but the first.
  mutating func prose(_ prose: Prose, indent: Int) {
    var isBelowHeading = true
    for block in prose {
      if !isBelowHeading { line() }
      print(block, indent)
      isBelowHeading = if case .heading = block { true } else { false }
    }
  }

  private mutating func print(_ block: Block, _ indent: Int) {
    switch block {
    case .paragraph(let sentence): wrap(plain(sentence), indent: indent)
    case .heading(let title): line(spaces(indent) + title + ":")
    case .code(let code), .file(_, let code), .session(let code):
      for row in code.split(separator: "\n", omittingEmptySubsequences: false) {
        line(row.isEmpty ? "" : spaces(indent + 4) + row)
      }
    case .list(let points):
      for point in points { wrap("- " + plain(point), indent: indent, hanging: 2) }
    case .terms(let terms):
      for term in terms { item(plain(term.term), plain(term.meaning), indent: indent) }
    }
  }

  /// Running text without its marks.
  func plain(_ sentence: Sentence) -> String {
    sentence.pieces.map {
      switch $0 {
      case .text(let text), .literal(let text), .placeholder(let text): text
      case .flag(let name, of: _): "--\(name)"
      case .command(let path): "\(program) \(path)"
      }
    }.joined()
  }

  /// A term and its meaning beside it, from a column on; below it where the term is too long.
  mutating func item(_ term: String, _ meaning: String, indent: Int = 2, column: Int = 26) {
    let start = indent + term.unicodeScalars.count + 2
    guard start <= column else {
      line(spaces(indent) + term)
      return wrap(meaning, indent: column)
    }
    wrap(
      term + spaces(column - start + 2) + meaning, indent: indent, hanging: column - indent,
      keeping: term + spaces(column - start + 2))
  }

  /// Text broken at blanks; the first line may begin with a part that is kept as it is.
  mutating func wrap(_ text: String, indent: Int, hanging: Int = 0, keeping head: String = "") {
    var row = spaces(indent) + head
    var used = indent + head.unicodeScalars.count
    var isFresh = true
    for word in text.utf8.dropFirst(head.utf8.count).split(separator: UInt8(ascii: " ")) {
      let word = String(Substring(word))
      let length = word.unicodeScalars.count
      if !isFresh, used + 1 + length > width {
        line(row)
        row = spaces(indent + hanging)
        used = indent + hanging
        isFresh = true
      }
      row += isFresh ? word : " " + word
      used += length + (isFresh ? 0 : 1)
      isFresh = false
    }
    line(row)
  }

  func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}
