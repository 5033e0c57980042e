/// The examples of a Markdown page: blocks fenced as ```` ```console ````.
enum ConsoleBlocks {
  /// One session from all blocks of a page, since a reader types them one after the other.
  ///
  /// None where the page has no such block. Lines keep their numbers.
  static func transcript(of page: String, name: String) -> [Transcript] {
    var isInside = false
    var hasBlocks = false
    var lines: [Substring] = []
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```console"
        hasBlocks = hasBlocks || isInside
        lines.append("")
      } else {
        lines.append(isInside ? line : "")
      }
    }
    return hasBlocks ? [Transcript(lines.joined(separator: "\n"), name: name)] : []
  }
}
