import Jobs
import Storage

/// Pauses or resumes queues, all of them known or none touched, and says what came of it.
struct QueueSwitch {
  let output: OutputOptions
  let store: StoreOptions

  func apply(
    _ request: PauseRequest, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    var request = request
    var seen = Set<QueueName>()
    request.queues = request.queues.filter { seen.insert($0).inserted }
    return try store.withStore(.write, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(request.queues, store, context) { return status }
      let changes = try stored { () throws(StorageError) in try store.setPaused(request) }
      guard !output.quiet else { return .success }
      for (queue, isChanged) in zip(request.queues, changes) {
        context.tell(sentence(queue, isChanged, request, context))
      }
      return .success
    }
  }

  private func sentence(
    _ queue: QueueName, _ isChanged: Bool, _ request: PauseRequest, _ context: CommandContext
  ) -> String {
    guard request.paused else {
      return isChanged ? "queue \(queue) goes on" : "queue \(queue) is not paused"
    }
    guard isChanged else { return "queue \(queue) is already paused so" }
    guard let until = request.until else { return "queue \(queue) is paused" }
    return
      "queue \(queue) is paused until \(TimeDisplay(output, context, relative: false).text(until))"
  }
}
