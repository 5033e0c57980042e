package import Jobs

/// Everything that can go wrong between a verb and a store; closed, so that every caller says what
/// it does about each.
///
/// Texts are for people; nothing is ever decided by them.
package enum StorageError: Error, Equatable, Sendable {
  /// There is no store at this place, and the verb does not make one.
  case missing(path: String)
  /// Something is there, but it is not a store of ours.
  case foreign(path: String, detail: String)
  /// The store was written by a newer qctl.
  case newerVersion(path: String, found: Int64, known: Int64)
  /// The store is damaged.
  case corrupt(path: String, detail: String)
  /// Others hold it, and waiting did not help.
  case busy(path: String, detail: String)
  /// No room on the disk; nothing was changed.
  case full(path: String)
  /// The store can be read but not written.
  case readOnly(path: String, detail: String)
  /// The operating system forbids it, or its owner's permissions are unsafe.
  case forbidden(path: String, detail: String)
  /// The store cannot do this verb, for a reason and with a remedy.
  case unsupported(Capability, reason: String, remedy: String)
  /// No such queue; nobody ever enqueued into it.
  case unknownQueue(QueueName)
  /// A job shall wait for one that is not there; nothing was changed.
  case unknownParent(JobID)
  /// A key is taken: nothing was changed.
  case keyConflict(KeyConflict)
  /// So many jobs wait in the queue that it takes no more; nothing was changed.
  case queueFull(QueueName, limit: Int64)
  /// A request that no store accepts.
  case invalid(InvalidValue)
  /// The commit was made but could not be synced: nobody can say whether it will last.
  case outcomeUnknown(path: String, detail: String)
  /// Any other failure of the system below.
  case system(path: String, detail: String)
}

/// Which key stands in the way, and who holds it.
package struct KeyConflict: Error, Equatable, Sendable {
  /// The kinds of key.
  package enum Kind: String, Equatable, Sendable {
    /// Another live job holds the unique key.
    case unique
    /// The idempotency key was used with other content.
    case idempotency
  }

  /// Which kind.
  package let kind: Kind
  /// The key as given.
  package let key: String
  /// The queue in which it is taken.
  package let queue: QueueName
  /// The job that has it.
  package let holder: JobID
  /// Whether it could not give way because a worker has it.
  package let isRunning: Bool

  /// A conflict with its parts.
  package init(
    kind: Kind, key: String, queue: QueueName, holder: JobID, isRunning: Bool = false
  ) {
    self.kind = kind
    self.key = key
    self.queue = queue
    self.holder = holder
    self.isRunning = isRunning
  }

  /// The conflict of a request whose unique key another job holds.
  package init(_ new: NewJob, key: String, holder: Job) {
    self.init(
      kind: .unique, key: key, queue: new.queue, holder: holder.id,
      isRunning: new.onConflict == .replace && holder.state == .active)
  }
}
