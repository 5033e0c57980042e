/// Which pager is used, as git and journalctl choose theirs.
enum PagerChoice {
  /// The command line of the pager: `QCTL_PAGER`, else `PAGER`, else `less`.
  ///
  /// - Returns: nil where output goes straight to the terminal: the variable is blank or says
  ///   `cat`, or the terminal is too dumb to be paged on.
  static func command(_ environment: (String) -> String?) -> String? {
    guard let terminal = environment("TERM"), !terminal.isEmpty, terminal != "dumb" else {
      return nil
    }
    let wish = environment("QCTL_PAGER") ?? environment("PAGER") ?? "less"
    let words = words(of: wish)
    return words.isEmpty || words == ["cat"] ? nil : wish
  }

  /// The words of a command line; nil where a shell must read it.
  static func plainWords(of command: String) -> [String]? {
    command.utf8.contains(where: isForShell) ? nil : words(of: command)
  }

  /// The program that a command line begins with; nil where only a shell can tell.
  static func program(of command: String) -> String? {
    guard let first = words(of: command).first, !first.utf8.contains(where: isForShell) else {
      return nil
    }
    return first
  }

  /// What `LESS` must say where nobody set it: nothing is kept on the screen that fits on it (F),
  /// colours pass and nothing else (R), and what was shown stays in sight (X).
  static let lessOptions = "FRX"

  private static func words(of command: String) -> [String] {
    command.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }.map { String(Substring($0)) }
  }

  /// Whether a byte means more to a shell than itself (git's list, and an assignment's `=`).
  private static func isForShell(_ byte: UInt8) -> Bool {
    "|&;<>()$`\\\"'*?[]#~=%{}!".utf8.contains(byte)
  }
}
