package import Jobs
package import PosixIO
package import Storage

/// Everything that decides how a worker works, as plain values.
package struct WorkerConfiguration: Sendable {
  /// When a worker ends of itself.
  package enum Mode: Hashable, Sendable {
    /// Never; only a signal ends it.
    case forever
    /// When its queues hold nothing ready, due or active.
    case untilEmpty
    /// When, besides, nothing waits out a backoff.
    case untilSettled
    /// After one job, or when there is none.
    case once
  }

  /// Its queues, in strict order unless there are weights; at least one.
  package var queues: [QueueName]
  /// The share of each queue, from 1, in their order; empty for strict order.
  package var weights: [Int64] = []
  /// The types it takes; empty for any.
  package var types: [JobType] = []
  /// How many handlers may run at a time, from 1.
  package var concurrency = 1
  /// The handler's arguments exactly as given, the program's name first.
  package var handler: CStringList
  /// How handlers are told their jobs, if not by a process for each.
  package var lines: LineMode?
  /// When it ends of itself.
  package var mode = Mode.forever
  /// How long an execution may take where the job does not say; `nil` for no limit.
  package var timeout: TimeSpan?
  /// From SIGTERM to SIGKILL for a handler that must stop.
  package var killAfter = TimeSpan.seconds(5)
  /// How long running jobs may go on after the first SIGTERM or SIGINT.
  package var grace = TimeSpan.seconds(20)
  /// How long the worker may be silent until others take its jobs; where there is no place to meet
  /// them, how long a lease lasts, which is renewed after a third of it.
  package var lease = TimeSpan.seconds(60)
  /// Where the processes of this host meet; `nil` for a store that keeps leases itself.
  package var meetingPlace: MeetingPlace?
  /// The most short jobs that are claimed ahead, and that are settled together; 1 for one at a time.
  package var group = 16
  /// How often a worker with running jobs asks whether one shall be cancelled.
  package var cancelCheck = TimeSpan.seconds(1)
  /// The shortest and the longest wait between two looks for work.
  package var poll = TimeSpan(milliseconds: 5)...TimeSpan.seconds(1)
  /// What exit statuses mean.
  package var exits = ExitPolicy()
  /// How many bytes of each output stream are kept.
  package var outputLimit = 64 << 10
  /// What handlers inherit, but for what the worker itself sets and takes away.
  package var environment: EnvironmentBlock
  /// `QCTL_STORE` of handlers.
  package var storeLocation: String
  /// Who the worker is, in leases, attempts and log records.
  package var name: String
  /// Whether SIGHUP means that the terminal has gone, so that the worker ends.
  package var endsOnHangUp = false

  /// A worker for a handler, with every other choice left to its default.
  package init(
    queues: [QueueName], handler: CStringList, environment: EnvironmentBlock,
    storeLocation: String, name: String
  ) {
    self.queues = queues
    self.handler = handler
    self.environment = environment
    self.storeLocation = storeLocation
    self.name = name
  }

  var renewal: TimeSpan { TimeSpan(milliseconds: max(1, lease.milliseconds / 3)) }
}
