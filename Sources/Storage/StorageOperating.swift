package import Jobs

/// The operator's bulk verbs: first freeze what is meant, then do it in bounded batches.
package protocol StorageOperating: AnyObject, Sendable {
  /// Freezes the jobs that a filter selects (its `limit` included) and that the verb can change.
  /// Must not change anything.
  func plan(_ request: PlanRequest) throws(StorageError) -> Plan

  /// Changes one batch of a plan in one atomic step, each item only if it still is in the state that
  /// the plan saw. One bad item never stops the others. Writes the log records with the change.
  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome]
}

/// What an operator does to jobs.
package enum OperatorVerb: Equatable, Sendable {
  /// Run again: now, or at a given time. Waiting and terminal jobs.
  case retry(at: Instant?)
  /// Put dead jobs back to work, in another queue if one is named.
  case replay(at: Instant?, to: QueueName? = nil)
  /// Withdraw live jobs; active ones are asked to stop.
  case cancel
  /// Remove for ever; never an active job.
  case purge
  /// Bring into another queue, which need not be known yet. Jobs that may still run.
  case move(to: QueueName)
  /// Change the payload, and keep the old one with the job's history. Jobs that may still run.
  case edit(PayloadEdit)

  /// Whether the verb can change a job in `state` (as shown) at all.
  package func applies(to state: JobState) -> Bool {
    switch self {
    case .retry: state != .ready && state != .active && state != .blocked
    case .replay: state == .dead
    case .cancel: !state.isTerminal
    case .purge: state != .active
    case .move, .edit: state != .active && (!state.isTerminal || state == .dead)
    }
  }

  /// The order in which jobs are changed: what comes back, comes in the order in which it went.
  package var order: JobOrder { if case .replay = self { .oldestFirst } else { .newestFirst } }
}

/// A request to freeze a selection.
package struct PlanRequest: Equatable, Sendable {
  /// What shall be done.
  package var verb: OperatorVerb
  /// To which jobs.
  package var filter: JobFilter
  /// How many whole jobs to show as a sample.
  package var sampleSize: Int
  /// The moment that decides what is due.
  package var now: Instant

  /// A request with its parts.
  package init(_ verb: OperatorVerb, _ filter: JobFilter, sampleSize: Int = 5, now: Instant) {
    self.verb = verb
    self.filter = filter
    self.sampleSize = sampleSize
    self.now = now
  }
}

/// A job of a plan, and how it must still stand when the plan is applied.
package struct PlanItem: Equatable, Sendable {
  /// Which job.
  package let id: JobID
  /// The stored state that it must still have.
  package let state: JobState
  /// The number of its latest execution, which must still be the same: a job that was brought back and
  /// died once more is not the one that the plan saw.
  package let attempt: Int64
  /// When it shall run, where it comes back; `nil` for what the verb says.
  package var at: Instant?

  /// An item with its parts.
  package init(id: JobID, state: JobState, attempt: Int64 = 0, at: Instant? = nil) {
    self.id = id
    self.state = state
    self.attempt = attempt
    self.at = at
  }

  /// A job as it stands.
  package init(_ job: Job) {
    self.init(id: job.id, state: job.state, attempt: job.attempt)
  }

  /// Whether a job still stands as the plan saw it.
  package func isStill(_ job: Job) -> Bool { job.state == state && job.attempt == attempt }
}

/// A frozen selection.
package struct Plan: Equatable, Sendable {
  /// The jobs that would be changed, in the order of the listing.
  package var items: [PlanItem]
  /// How many of them each queue has.
  package var queues: [QueueName: Int]
  /// The first few, for people to look at.
  package var sample: [Job]
  /// Ids that the filter named and no job has.
  package var missing: [JobID]
  /// Jobs that the filter named by id and that the verb can't change in their state.
  package var unfit: [PlanItem]

  /// A plan with its parts.
  package init(
    items: [PlanItem] = [], queues: [QueueName: Int] = [:], sample: [Job] = [],
    missing: [JobID] = [], unfit: [PlanItem] = []
  ) {
    self.items = items
    self.queues = queues
    self.sample = sample
    self.missing = missing
    self.unfit = unfit
  }
}

/// One batch of a plan to be done.
package struct ApplyRequest: Equatable, Sendable {
  /// What to do.
  package var verb: OperatorVerb
  /// To which jobs.
  package var items: [PlanItem]
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// Which jobs were meant, in the words of the command line; `nil` where ids named them.
  package var filter: String?
  /// How many jobs the whole plan has.
  package var planned: Int64?
  /// The log record of the whole command, where it ends with this batch: written with it, its
  /// `changed` raised by the jobs that the batch changes.
  package var ending: LogRecord?
  /// When.
  package var now: Instant

  /// A batch with its parts.
  package init(
    _ verb: OperatorVerb, _ items: [PlanItem], actor: String, reason: String?, now: Instant
  ) {
    self.verb = verb
    self.items = items
    self.actor = actor
    self.reason = reason
    self.now = now
  }

  /// The most items that one call may hold, so that no write transaction grows long.
  package static let largestBatch = 500
}

/// What became of one item.
package enum ItemOutcome: Equatable, Sendable {
  /// Changed.
  case done
  /// An active job was asked to stop; its worker will finish the cancellation.
  case requested
  /// It already was where the verb would have brought it.
  case alreadyDone
  /// It is in another state than the plan saw, and was left alone.
  case changedMeanwhile(JobState)
  /// It is gone.
  case missing
  /// It can't come back or go there: another live job holds its unique key.
  case conflict(KeyConflict)
  /// Its payload can't be changed so, for this reason.
  case refused(InvalidValue)
}
