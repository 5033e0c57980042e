import Jobs
import PosixIO

/// The environment of handlers: the worker's own, without what belongs to the worker alone, and
/// with what a handler is told about its job (design.md §7).
///
/// The part that is the same for all jobs is made once; a job costs one copy and a few appends.
struct HandlerEnvironment {
  private let base: CStringList

  /// Taken away: what the service manager told the worker (sd_notify(3), sd_listen_fds(3)), and
  /// everything that is set below, since an outer worker may have set it.
  private static let removedNames: [String] = [
    "NOTIFY_SOCKET", "QCTL_JOB_ID", "QCTL_QUEUE", "QCTL_TYPE", "QCTL_ATTEMPT",
    "QCTL_MAX_ATTEMPTS", "QCTL_ENQUEUED_AT", "QCTL_DEADLINE", "QCTL_IDEMPOTENCY_KEY",
    "QCTL_SCHEDULE", "QCTL_STORE", "QCTL_CONTROL", "QCTL_PRESENCE", SupervisedProcess.variable,
  ]
  private static let removedPrefixes: [String] = ["WATCHDOG_", "LISTEN_"]

  init(inherited: EnvironmentBlock, storeLocation: String) {
    let entries = inherited.strings
    var kept = CStringList()
    for index in 0..<entries.count {
      guard let entry = entries.bytes(at: index), !Self.isRemoved(entry) else { continue }
      kept.append(entry)
    }
    kept.append("QCTL_STORE=" + storeLocation)
    base = kept
  }

  /// The environment for one execution.
  func block(for job: Job, deadline: Instant?, controlPath: String) -> EnvironmentBlock {
    var entries = base
    let id = job.id.description
    entries.append("QCTL_JOB_ID=" + id)
    entries.append("QCTL_QUEUE=" + job.queue.description)
    entries.append("QCTL_TYPE=" + job.type.description)
    entries.append("QCTL_ATTEMPT=" + String(job.attempt))
    entries.append("QCTL_MAX_ATTEMPTS=" + String(job.maxAttempts))
    entries.append("QCTL_ENQUEUED_AT=" + TimeText.rfc3339(job.enqueuedAt))
    if let deadline { entries.append("QCTL_DEADLINE=" + TimeText.rfc3339(deadline)) }
    entries.append("QCTL_IDEMPOTENCY_KEY=" + (Self.key(of: job) ?? id))
    if let schedule = job.schedule { entries.append("QCTL_SCHEDULE=" + schedule.description) }
    entries.append("QCTL_CONTROL=" + controlPath)
    return EnvironmentBlock(entries)
  }

  /// The environment of a handler that is told its jobs in lines.
  ///
  /// - Parameter presence: the worker that its processes belong to, for whoever must find them.
  func block(for presence: PresenceID?) -> EnvironmentBlock {
    var entries = base
    if let presence { entries.append(Self.mark(of: presence)) }
    return EnvironmentBlock(entries)
  }

  /// The entry that says whose a process is that has many jobs in its life.
  static func mark(of presence: PresenceID) -> String { "QCTL_PRESENCE=" + presence.description }

  /// A row may come from any program: a NUL or a text beyond what execve(2) takes would keep the job
  /// from ever starting, and end worker after worker.
  private static func key(of job: Job) -> String? {
    job.idempotencyKey.flatMap {
      $0.utf8.count <= NewJob.longestKey && !$0.utf8.contains(0) ? $0 : nil
    }
  }

  private static func isRemoved(_ entry: ArraySlice<UInt8>) -> Bool {
    removedPrefixes.contains { entry.starts(with: $0.utf8) }
      || removedNames.contains { entry.starts(with: $0.utf8) && isWhole($0, in: entry) }
  }

  private static func isWhole(_ name: String, in entry: ArraySlice<UInt8>) -> Bool {
    entry.dropFirst(name.utf8.count).first == UInt8(ascii: "=")
  }
}
