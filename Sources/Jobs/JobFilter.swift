package import Text

/// Which jobs a verb means: the one filter of every command (design.md §8).
///
/// Different dimensions are ANDed. `matches` is its meaning; an adapter may plan with indexes, but
/// must select exactly the same jobs.
package struct JobFilter: Equatable, Sendable {
  /// `PATH=VALUE` over a JSON payload.
  package struct PayloadMatch: Equatable, Sendable {
    /// Where to look.
    package let path: JSONPath
    /// The text that must stand there: a string's content, else the JSON as written.
    package let value: String

    /// A place and what must stand there.
    package init(path: JSONPath, value: String) {
      self.path = path
      self.value = value
    }
  }

  /// The moment from which an age counts.
  package enum AgeOrigin: Equatable, Sendable {
    /// When the job was accepted.
    case enqueue
    /// When it reached its terminal state, for `dlq`; enqueue where it has none.
    case death
  }

  /// These jobs only; empty for all.
  package var ids: [JobID] = []
  /// By queue.
  package var queues = Selection<QueueName>()
  /// By state as shown (`effectiveState`).
  package var states = Selection<JobState>()
  /// By type.
  package var types = Selection<JobType>()
  /// By a part of the error's text, exactly as written.
  package var errors = Selection<String>()
  /// By the group of the error: what it says but for numbers, ids, quoted words and paths.
  package var errorGroups = Selection<ErrorGroupID>()
  /// By priority.
  package var priorities = Selection<Priority>()
  /// By tag, name and value.
  package var tags = Selection<Tag>()
  /// By payload content.
  package var payload = Selection<PayloadMatch>()
  /// By number of attempts so far.
  package var attempts: ClosedRange<Int64>?
  /// By how often an operator brought the job back.
  package var replays: ClosedRange<Int64>?
  /// By the batch that they belong to.
  package var batches = Selection<JobID>()
  /// At least this old.
  package var olderThan: TimeSpan?
  /// At most this old.
  package var newerThan: TimeSpan?
  /// From when ages count.
  package var ageOrigin = AgeOrigin.enqueue
  /// At most so many jobs, counted in the order of the listing.
  package var limit: Int?

  /// A filter that selects everything.
  package init() {}

  /// Whether it selects all jobs: no dimension asks for anything.
  package var selectsAll: Bool {
    var plain = self
    plain.limit = nil
    plain.ageOrigin = .enqueue
    return plain == JobFilter()
  }

  /// Whether a judgement needs tags or payload, which hot rows don't carry.
  package var needsDetail: Bool { !tags.isEmpty || !payload.isEmpty }
}
