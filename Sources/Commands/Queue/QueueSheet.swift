import Jobs
import Storage

/// A queue with what waits in it and what is set for it.
struct QueueSheet {
  let summary: QueueSummary
  let settings: QueueSettings
  /// For how long things are kept where it does not say.
  let rules: Retention

  /// The queues with these names, all of them for none; in the store's order.
  static func read(
    _ names: [QueueName], _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> [QueueSheet] {
    try stored { () throws(StorageError) in
      var sheets: [QueueSheet] = []
      let rules = try store.rules()
      for summary in try store.queues(at: context.now())
      where names.isEmpty || names.contains(summary.queue) {
        sheets.append(
          QueueSheet(
            summary: summary, settings: try store.settings(of: summary.queue), rules: rules))
      }
      return sheets
    }
  }
}
