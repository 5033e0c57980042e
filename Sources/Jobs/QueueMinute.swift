/// What stood in a queue when a minute was over, and how long its executions of that minute took.
///
/// Only a minute in which something changed has one: in any other, all is as it was in the latest
/// before. Totals only ever rise, also where a clock stepped back, so what happened between two
/// minutes is the difference of theirs. Jobs that an application inserted in its own transaction
/// show in the latest minute that there was, until the next change by qctl opens another: they are
/// counted with the totals of the queue, which know no time.
package struct QueueMinute: Equatable, Sendable {
  /// What was ever counted up to the end of the minute.
  package struct Totals: Equatable, Sendable {
    /// Jobs accepted.
    package var enqueued: Int64 = 0
    /// Executions that completed.
    package var succeeded: Int64 = 0
    /// Executions that failed and were to be tried again.
    package var retried: Int64 = 0
    /// Jobs that died.
    package var dead: Int64 = 0
    /// How long the timed executions took, all together, in milliseconds.
    package var run: Int64 = 0
    /// How long jobs had waited for them, all together, in milliseconds.
    package var waited: Int64 = 0

    /// Nothing ever.
    package init() {}

    /// These, but none below those of `other`.
    package func raised(to other: Totals) -> Totals {
      var totals = self
      totals.enqueued = max(enqueued, other.enqueued)
      totals.succeeded = max(succeeded, other.succeeded)
      totals.retried = max(retried, other.retried)
      totals.dead = max(dead, other.dead)
      totals.run = max(run, other.run)
      totals.waited = max(waited, other.waited)
      return totals
    }
  }

  /// How many jobs there were at the end of the minute, as stored: what is due and was not yet
  /// promoted waits.
  package struct Depth: Equatable, Sendable {
    /// To be taken.
    package var ready: Int64 = 0
    /// In the hands of workers.
    package var active: Int64 = 0
    /// Scheduled, retrying or blocked.
    package var waiting: Int64 = 0
    /// In the dead-letter queue.
    package var dead: Int64 = 0

    /// No job.
    package init() {}
  }

  /// Whose.
  package let queue: QueueName
  /// Which minute, in minutes since 1970.
  package let minute: Int64
  /// What was ever counted.
  package var totals = Totals()
  /// How many jobs there were.
  package var depth = Depth()
  /// How long the executions took that ended in it, completed, failed, rejected or timed out, and how
  /// long their jobs had waited.
  package var timings = Timings()

  /// A minute of a queue in which nothing is counted yet.
  package init(queue: QueueName, minute: Int64) {
    self.queue = queue
    self.minute = minute
  }

  /// When the minute began.
  package var start: Instant { TimeSpan.minutes(minute).sinceEpoch }
}

extension QueueMinute {
  /// Whether the other is the same minute as somebody saw it later: nothing was counted in this one
  /// that is not in the other.
  package func isContinued(by later: QueueMinute) -> Bool {
    later.queue == queue && later.minute == minute
      && later.totals == later.totals.raised(to: totals)
      && later.timings.continues(timings)
  }
}

/// What was ever counted of a queue: never falls, whatever is purged or pruned.
package struct QueueMeter: Equatable, Sendable {
  /// Whose.
  package let queue: QueueName
  /// How many, and how long all together.
  package var totals: QueueMinute.Totals
  /// How long each took and had waited, since the store counts it.
  package var timings: Timings

  /// A meter with its parts.
  package init(queue: QueueName, totals: QueueMinute.Totals, timings: Timings) {
    self.queue = queue
    self.totals = totals
    self.timings = timings
  }
}

extension Instant {
  /// The minute that this moment is in, in minutes since 1970; never below 1, for 0 is none.
  package var minute: Int64 { max(milliseconds / 60_000, 1) }
}

extension TimeSpan {
  fileprivate var sinceEpoch: Instant { Instant(milliseconds: milliseconds) }
}
