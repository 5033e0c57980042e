import Jobs
import Storage
import Text

/// A misspelt queue must not look like an empty one (trap 20).
enum UnknownQueues {
  /// Names wanted queues that nobody ever enqueued into, with the nearest known ones.
  ///
  /// - Returns: the status to end with, or `nil` if all are known.
  static func report(
    _ filter: JobFilter, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus? {
    try report(filter.queues.anyOf + filter.queues.noneOf, store, context)
  }

  /// As above, for a list of names.
  static func report(
    _ wanted: [QueueName], _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus? {
    guard !wanted.isEmpty else { return nil }
    let known = try known(to: store, context)
    let unknown = wanted.filter { !known.contains($0) }
    for queue in unknown { context.tell(sentence(queue, known)) }
    return unknown.isEmpty ? nil : .negative
  }

  /// Says that a queue to be used for the first time is a new one, and which known one it may be
  /// meant to be.
  static func tell(
    newly queue: QueueName?, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) {
    guard let queue else { return }
    let known = try known(to: store, context)
    guard !known.contains(queue) else { return }
    let near = EditDistance.nearest(queue.description, among: known.map(\.description))
    context.tell(
      "queue '\(queue)' is new"
        + (near.first.map { "; the nearest known name is '\($0)'" } ?? ""))
  }

  private static func known(
    to store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> [QueueName] {
    try stored { () throws(StorageError) in try store.queues(at: context.now()) }.map(\.queue)
  }

  private static func sentence(_ queue: QueueName, _ known: [QueueName]) -> String {
    let near = EditDistance.nearest(queue.description, among: known.map(\.description))
    guard !near.isEmpty else { return "no queue '\(queue)'; 'qctl queues' lists them" }
    let names = near.prefix(3).map { "'\($0)'" }.joined(separator: " or ")
    return "no queue '\(queue)'; did you mean \(names)?"
  }
}

extension OperatorVerb {
  /// The queue that jobs are brought into, if the verb does so.
  var target: QueueName? {
    switch self {
    case .move(let queue): queue
    case .replay(_, let queue): queue
    case .retry, .cancel, .purge, .edit: nil
    }
  }
}

/// Jobs that were named and are not there.
enum MissingJobs {
  /// Names each id that was asked for and neither listed nor known.
  static func report(
    _ ids: [JobID], _ listed: Set<JobID>, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    var missing = 0
    for id in ids where !listed.contains(id) {
      guard try stored({ () throws(StorageError) in try store.job(id) }) == nil else { continue }
      context.tell("no job \(id)")
      missing += 1
    }
    guard missing > 0 else { return .success }
    return missing == ids.count ? .negative : .partly
  }
}
