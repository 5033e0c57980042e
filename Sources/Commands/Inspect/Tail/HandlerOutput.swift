import Jobs
import Storage

/// What handlers wrote, joined to the log records that tell of their ends.
final class HandlerOutput {
  private let store: any StorageAdapter
  /// The records of a job often follow one another.
  private var latest: JobDetail?

  init(_ store: any StorageAdapter) { self.store = store }

  /// What was captured of the execution whose end a record tells; `nil` where it tells of none, or
  /// nothing is left of it.
  func output(of record: LogRecord) throws(CommandFailure) -> [UInt8]? {
    guard let id = record.jobID, let attempt = record.attempt, record.event.endsAttempt else {
      return nil
    }
    if latest?.job.id != id || latest?.attempts.contains(where: { $0.attempt == attempt }) != true {
      latest = try stored { () throws(StorageError) in try store.job(id) }
    }
    return latest?.attempts.first { $0.attempt == attempt }?.output
  }
}

extension LogRecord.Event {
  /// Whether an execution ended, so that there may be something that its handler wrote.
  fileprivate var endsAttempt: Bool {
    switch self {
    case .completed, .failed, .dead, .released, .snoozed, .rescued, .cancelled: true
    default: false
    }
  }
}
