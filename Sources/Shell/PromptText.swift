import Text

/// What stands before the cursor: the store, the queue in use, and how many jobs are dead.
struct PromptText {
  let store: String
  var queue: String?
  var dead: Int64?

  /// Before a line that goes on with a command.
  static let further = "...> "

  private static let longest = 32
  private static let red = "\u{1B}[31m"
  private static let plain = "\u{1B}[0m"

  /// For readline: what takes no room on the screen stands between two marks.
  func text(isColoured: Bool) -> String {
    var text = Self.shortened(TerminalText.escape(store, .line))
    if let queue { text += ":" + Self.shortened(TerminalText.escape(queue, .line)) }
    if let dead, dead > 0 {
      let count = "\(dead) dead"
      text += " (" + (isColoured ? Self.unseen(Self.red) + count + Self.unseen(Self.plain) : count)
      text += ")"
    }
    return text + "> "
  }

  private static func unseen(_ text: String) -> String { "\u{01}\(text)\u{02}" }

  private static func shortened(_ text: String) -> String {
    text.count <= longest ? text : String(text.prefix(longest - 1)) + "…"
  }
}
