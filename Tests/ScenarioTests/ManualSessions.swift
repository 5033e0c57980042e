import CommandLineSpec
import Commands

/// The examples of those pages of the manual that show sessions, each page one session with its files.
enum ManualSessions {
  /// The topics that have any.
  static let topics = QctlTree.tree.topics.map(\.name).filter { transcript(of: $0) != nil }

  /// The session of a topic; none where it shows none.
  static func transcript(of topic: String) -> Transcript? {
    let prose = QctlTree.tree.topics.first { $0.name == topic }?.prose ?? []
    let lines = prose.flatMap(lines)
    guard lines.contains(where: { $0.hasPrefix("$ qctl ") }) else { return nil }
    return Transcript(lines.joined(separator: "\n"), name: "qctl help \(topic)")
  }

  private static func lines(of block: Block) -> [String] {
    switch block {
    case .file(let name, let text):
      ["$ cat >\(name) <<'\(mark)'"] + split(text).map { "> \($0)" } + ["> \(mark)"]
    case .session(let text): split(text)
    case .paragraph, .code, .list, .terms, .heading: []
    }
  }

  private static func split(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static let mark = "END_OF_FILE"
}
