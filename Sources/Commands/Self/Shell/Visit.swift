import Storage

/// What a command in the process of a shell finds in place of the process's own.
struct Visit {
  let environment: (String) -> String?
  let interaction: Interaction
  let process: ProcessAccess
  let openStore: CommandContext.OpenStore
  let releaseStore: (any StorageAdapter) -> Void
  /// Whether what it prints may go through a pager.
  let isPaged: Bool
  /// Whether it is to end at once.
  let stop: () -> Bool
}
