/// Where a command of a shell runs.
enum RunningPlace {
  /// Commands that run in the shell's own process, over the store that is open.
  ///
  /// They look, or change something, and end soon. Everything in them that may last asks whether it is
  /// to stop.
  private static let here: Set<String> = [
    "batch list", "batch show", "cancel", "capabilities", "claim", "complete", "config",
    "dlq groups", "dlq list", "dlq purge", "dlq replay", "dlq show", "enqueue", "fail",
    "health list", "list", "move", "pause", "purge", "queue list", "queue set", "queue show",
    "queues", "renew", "replay", "resume", "retry", "schedule add", "schedule list",
    "schedule next", "schedule pause", "schedule remove", "schedule resume", "schedule run",
    "schedule show", "show", "stats",
  ]

  /// Whether a command is one for a process of its own.
  ///
  /// That is what has the terminal, the signals or the exit of its process to itself (`work`, `tail`,
  /// `top`, `edit`, `health`), what may want the store for itself or takes long (`init`, `doctor`,
  /// `backup`, `export`, `import`, `migrate`), what waits, and what reads standard input: a Ctrl-C there
  /// ends that process, and the kernel sees to the rest. New commands belong there until they are put
  /// into the list.
  static func isApart(_ path: [String], _ words: [String]) -> Bool {
    guard here.contains(path.joined(separator: " ")) else { return true }
    return words.contains { word in
      word == "-" || word.hasSuffix("=-") || word == "--wait" || word.hasPrefix("--wait=")
        || word == "--bulk" || word.hasPrefix("--bulk=")
    }
  }
}
