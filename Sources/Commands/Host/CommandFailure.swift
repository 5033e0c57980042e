import CommandLineSpec
import Jobs
import PosixIO
package import Storage
import Text

/// Why a command could not do what it was asked: what happened, to what, and what to do next.
package enum CommandFailure: Error, Equatable, Sendable {
  /// The reader of standard output went away; nothing is said about it.
  case outputClosed
  /// A sentence without the program's name, and the status to end with.
  case failed(ExitStatus, String)

  /// What a store's refusal means for the person who typed the command.
  package init(_ error: StorageError) {
    self = .failed(Self.status(of: error), Self.sentence(about: error))
  }

  /// What a refused value means.
  init(_ error: InvalidValue) {
    self = .failed(.badData, "\(error.field.rawValue) \(error.reason)")
  }

  init(_ error: OutputError) {
    switch error {
    case .closed: self = .outputClosed
    case .failed(let cause):
      self = .failed(.inputOutput, "cannot write standard output: \(cause.code.reason)")
    }
  }

  private static func status(of error: StorageError) -> ExitStatus {
    switch error {
    case .missing, .foreign, .newerVersion, .corrupt, .unsupported, .system, .outcomeUnknown:
      .unavailable
    case .busy: .busy
    case .full: .inputOutput
    case .readOnly, .forbidden: .permission
    case .unknownQueue, .unknownParent: .negative
    case .keyConflict: .keyConflict
    case .queueFull: .queueFull
    case .invalid: .badData
    }
  }

  private static func sentence(about error: StorageError) -> String {
    switch error {
    case .missing(let path):
      "there is no store at \(shown(path)); 'qctl init' or the first 'qctl enqueue' makes one"
    case .foreign(let path, let detail):
      "\(shown(path)) is not a qctl store: \(shown(detail)); "
        + "name another with --store, or put a queue into your own database with 'qctl init'"
    case .newerVersion(let path, let found, let known):
      "\(shown(path)) has format \(found), and this qctl knows up to \(known): install a newer qctl"
    case .corrupt(let path, let detail):
      "\(shown(path)) is damaged (\(shown(detail))): stop the workers, keep a copy, "
        + "and look with 'qctl doctor'"
    case .busy(let path, let detail): "\(shown(path)) is busy: \(shown(detail)); try again"
    case .full(let path):
      "the disk of \(shown(path)) is full; nothing was changed. Make room and run this again"
    case .readOnly(let path, let detail): "\(shown(path)) cannot be written: \(shown(detail))"
    case .forbidden(let path, let detail): "\(shown(path)) may not be used: \(shown(detail))"
    case .unsupported(let capability, let reason, let remedy):
      "this store has no \(capability.rawValue): \(shown(reason)); \(shown(remedy))"
    case .unknownQueue(let queue): "no queue '\(queue)'"
    case .unknownParent(let id):
      "no job or batch \(id) to wait for; 'qctl list' and 'qctl batch list' show what is there"
    case .keyConflict(let conflict): sentence(about: conflict)
    case .queueFull(let queue, let limit):
      "queue \(queue) is full: \(limit) \(limit == 1 ? "job" : "jobs") may wait in it; "
        + "nothing was enqueued"
    case .invalid(let value): "\(value.field.rawValue) \(value.reason)"
    case .outcomeUnknown(let path, let detail):
      "the change to \(shown(path)) may or may not last, its sync failed (\(shown(detail))): "
        + "check the disk, then look with 'qctl list' before you repeat it"
    case .system(let path, let detail): "\(shown(path)): \(shown(detail))"
    }
  }

  /// Which key is taken, and by whom.
  static func sentence(about conflict: KeyConflict) -> String {
    let key = TerminalText.escape(conflict.key, .line)
    return switch conflict.kind {
    case .unique:
      "job \(conflict.holder) of queue \(conflict.queue) holds the unique key '\(key)'"
        + (conflict.isRunning
          ? " and is running; --on-conflict after runs the new one once more when it ends" : "")
    case .idempotency:
      "the idempotency key '\(key)' of queue \(conflict.queue) made job \(conflict.holder) "
        + "from other content"
    }
  }

  private static func shown(_ text: String) -> String { TerminalText.escape(text, .line) }
}
