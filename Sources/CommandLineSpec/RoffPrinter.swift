/// Prints the same prose as roff with the man(7) macros.
struct RoffPrinter {
  let program: String
  /// The pages of those help topics that have one.
  private let topics: [String: PageName]

  private(set) var text = ""

  init(program: String, topics: [Topic] = []) {
    self.program = program
    var pages: [String: PageName] = [:]
    for topic in topics {
      guard let section = topic.section else { continue }
      let page = PageName(name: "\(program)-\(topic.name)", section: section)
      for name in [topic.name] + topic.aliases { pages[name] = page }
    }
    self.topics = pages
  }

  /// A macro line; quoted arguments are the caller's affair.
  mutating func macro(_ line: String) {
    text += line
    text += "\n"
  }

  /// Blocks; `inItem` keeps them at the indent of the item that they explain.
  mutating func prose(_ prose: Prose, inItem: Bool = false) {
    var isFirst = !inItem
    for block in prose {
      if case .heading(let title) = block {
        macro(".SH \(Self.plain(title.uppercased()))")
        isFirst = true
        continue
      }
      if !isFirst { macro(inItem ? ".IP" : ".PP") }
      print(block)
      isFirst = false
    }
  }

  private mutating func print(_ block: Block) {
    switch block {
    case .paragraph(let sentence): paragraph(marked(sentence))
    case .heading: break
    case .code(let code), .file(_, let code), .session(let code): self.code(code)
    case .list(let points):
      macro(".RS 2")
      for point in points {
        macro(".IP \\(bu 2")
        paragraph(marked(point))
      }
      macro(".RE")
    case .terms(let terms):
      macro(".RS 0")
      for term in terms { item(marked(term.term), marked(term.meaning)) }
      macro(".RE")
    }
  }

  /// A term already marked up, and its meaning.
  mutating func item(_ term: String, _ meaning: String) {
    macro(".TP")
    paragraph(term)
    paragraph(meaning)
  }

  /// Lines shown as they are.
  mutating func code(_ code: String) {
    macro(".EX")
    for row in code.split(separator: "\n", omittingEmptySubsequences: false) {
      macro("    " + Self.literal(String(row)))
    }
    macro(".EE")
  }

  /// Marked-up text over several lines; none of them can be taken for a macro.
  mutating func paragraph(_ marked: String) {
    var row = ""
    for word in marked.utf8.split(separator: UInt8(ascii: " ")) {
      if !row.isEmpty, row.utf8.count + 1 + word.count > 78 {
        macro(Self.guarded(row))
        row = ""
      }
      row += row.isEmpty ? String(Substring(word)) : " " + String(Substring(word))
    }
    macro(Self.guarded(row))
  }

  private static func guarded(_ row: String) -> String {
    switch row.utf8.first {
    case UInt8(ascii: "."), UInt8(ascii: "'"): "\\&" + row
    default: row
    }
  }

  /// Running text with bold literals and italic placeholders.
  func marked(_ sentence: Sentence) -> String {
    sentence.pieces.map {
      switch $0 {
      case .text(let text): Self.plain(text)
      case .literal(let text): Self.bold(text)
      case .placeholder(let text): Self.italic(text)
      case .flag(let name, of: _): Self.bold("--\(name)")
      case .command(let path): reference(to: path)
      }
    }.joined()
  }

  /// The page of a command, or what to type where a topic of help has none.
  private func reference(to path: String) -> String {
    guard let page = page(of: path) else { return Self.bold("\(program) \(path)") }
    return Self.bold(page.name) + "(\(page.section))"
  }

  /// The page of a command, `qctl-dlq-list` in 1, or of a topic, as `help job`: `qctl-job` in 5.
  ///
  /// None for a topic that is in no manual.
  func page(of path: String) -> PageName? {
    let words = path.split(separator: " ").map(String.init)
    guard words.first == "help", words.count == 2 else {
      return PageName(name: ([program] + words).joined(separator: "-"), section: 1)
    }
    return topics[words[1]]
  }

  static func bold(_ text: String) -> String { "\\fB\(literal(text))\\fR" }
  static func italic(_ text: String) -> String { "\\fI\(plain(text))\\fR" }

  /// Text to be copied: every hyphen, quote and accent as typed.
  static func literal(_ text: String) -> String { escaped(text, literally: true) }
  /// Text to be read.
  static func plain(_ text: String) -> String { escaped(text, literally: false) }

  private static func escaped(_ text: String, literally: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\e"
      case "-" where literally: out += "\\-"
      case "'" where literally: out += "\\(aq"
      case "`" where literally: out += "\\(ga"
      case "^" where literally: out += "\\(ha"
      case "~" where literally: out += "\\(ti"
      case "\"" where literally: out += "\\(dq"
      case _ where scalar.value < 0x80: out.unicodeScalars.append(scalar)
      default: out += "\\[u\(padded(scalar.value))]"
      }
    }
    return out
  }

  private static func padded(_ value: UInt32) -> String {
    let hex = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
  }
}
