/// The examples of a Markdown page: blocks fenced as ```` ```console ````, and the files they use.
///
/// A block fenced with a language and a name, as ```` ```python shop.py ````, is a file that the
/// reader saves under that name before going on; so does the session.
enum ConsoleBlocks {
  private enum Block {
    case none, skipped, console, file
  }

  /// One session from all blocks of a page, since a reader types them one after the other.
  ///
  /// None where the page has no such block. Lines keep their numbers.
  static func transcript(of page: String, name: String) -> [Transcript] {
    var block = Block.none
    var hasBlocks = false
    var lines: [String] = []
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        lines.append(fence(line, &block))
        hasBlocks = hasBlocks || block == .console
      } else {
        lines.append(content(line, of: block))
      }
    }
    return hasBlocks ? [Transcript(lines.joined(separator: "\n"), name: name)] : []
  }

  /// What a fence becomes: nothing, or the begin or end of a command that writes a file.
  private static func fence(_ line: Substring, _ block: inout Block) -> String {
    guard block == .none else {
      defer { block = .none }
      return block == .file ? "> \(mark)" : ""
    }
    let words = line.dropFirst(3).split(separator: " ")
    switch words.count {
    case 2:
      block = .file
      return "$ cat >\(words[1]) <<'\(mark)'"
    case 1 where words[0] == "console": block = .console
    default: block = .skipped
    }
    return ""
  }

  private static func content(_ line: Substring, of block: Block) -> String {
    switch block {
    case .none, .skipped: ""
    case .console: String(line)
    case .file: "> \(line)"
    }
  }

  private static let mark = "END_OF_FILE"
}
