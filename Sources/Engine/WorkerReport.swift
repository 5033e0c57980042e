package import PosixIO
package import Storage

/// What a worker did in its life, and how that ended.
package struct WorkerReport: Equatable, Sendable {
  /// How many executions ended in each way.
  package var counts = WorkerCounts()
  /// Why it ended.
  package var ending: WorkerEnding

  /// A report with its parts.
  package init(counts: WorkerCounts = WorkerCounts(), ending: WorkerEnding) {
    self.counts = counts
    self.ending = ending
  }
}

/// How many executions ended in each way.
package struct WorkerCounts: Hashable, Sendable {
  /// Handlers started.
  package var started = 0
  /// Jobs completed.
  package var completed = 0
  /// Failures after which the job waits for another attempt.
  package var failed = 0
  /// Failures after which the job is dead.
  package var dead = 0
  /// Executions given back, nothing counted.
  package var released = 0
  /// Jobs whose handler asked for later.
  package var snoozed = 0
  /// Jobs stopped because an operator asked.
  package var cancelled = 0
  /// Executions whose lease was somebody else's when they ended.
  package var leaseLost = 0
  /// Ended executions that the store could not be told of.
  package var abandoned = 0

  /// Nothing yet.
  package init() {}
}

/// Why a worker ended.
package enum WorkerEnding: Equatable, Sendable {
  /// Its queues were empty, or its one job is over.
  case finished
  /// `once`, and there was no job.
  case nothing
  /// SIGTERM, or SIGHUP of its terminal, and everything was ended in good order: exit status 0.
  case stopped(Signal)
  /// SIGINT, likewise; the command re-raises it.
  case interrupted
  /// The handler cannot be started: exit status 78.
  case handlerUnusable(SystemError)
  /// Handlers that live on ended again and again before they had read of a job: exit status 78.
  case handlerEndsAtOnce(String)
  /// The store failed, and waiting did not help.
  case storage(StorageError)
  /// A system call failed that a worker cannot do without.
  case system(SystemError)
}

extension WorkerEnding {
  /// A few constant words for the log.
  var reason: String {
    switch self {
    case .finished: "finished"
    case .nothing: "no job"
    case .stopped(let signal): signal.description
    case .interrupted: Signal.interrupt.description
    case .handlerUnusable: "handler cannot be started"
    case .handlerEndsAtOnce: "handler ends before it takes a job"
    case .storage: "store failed"
    case .system: "system call failed"
    }
  }
}
