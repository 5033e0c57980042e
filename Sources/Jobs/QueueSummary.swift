/// A queue as `queues` shows it: counts by effective state, age and settings.
package struct QueueSummary: Equatable, Sendable {
  /// The queue.
  package let queue: QueueName
  /// How many jobs are in each state as shown; states without jobs may be missing.
  package var counts: [JobState: Int64]
  /// When the longest-waiting ready job became due; `nil` if none is ready.
  package var oldestReady: Instant?
  /// Whether claims give nothing.
  package var paused: Bool
  /// Until when it is paused; `nil` for until resumed.
  package var pausedUntil: Instant?
  /// Why it is paused, in the operator's words.
  package var pauseReason: String?

  /// A queue and what is known of it.
  package init(
    queue: QueueName, counts: [JobState: Int64] = [:], oldestReady: Instant? = nil,
    paused: Bool = false, pausedUntil: Instant? = nil, pauseReason: String? = nil
  ) {
    self.queue = queue
    self.counts = counts
    self.oldestReady = oldestReady
    self.paused = paused
    self.pausedUntil = pausedUntil
    self.pauseReason = pauseReason
  }

  /// How many jobs are in a state as shown.
  package func count(_ state: JobState) -> Int64 { counts[state] ?? 0 }
}
