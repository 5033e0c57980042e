package import Jobs

/// Settings of queues that every host must see alike.
package protocol StorageControlling: AnyObject, Sendable {
  /// Pauses or resumes known queues. Claims of a paused queue give nothing; running jobs go on.
  ///
  /// - Returns: for each queue, whether anything changed.
  /// - Throws: `unknownQueue` for the first that is not known; then nothing was changed.
  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool]

  /// Sets for how long a known queue keeps jobs that are over.
  ///
  /// - Returns: whether anything changed.
  /// - Throws: `unknownQueue`.
  func setRetention(
    _ retention: Retention, of queue: QueueName, at now: Instant
  ) throws(StorageError) -> Bool

  /// For how long a queue keeps jobs that are over, as far as it has rules of its own.
  ///
  /// - Throws: `unknownQueue`.
  func retention(of queue: QueueName) throws(StorageError) -> Retention
}

/// A request to pause or resume.
package struct PauseRequest: Equatable, Sendable {
  /// Which queues.
  package var queues: [QueueName]
  /// Pause, or resume.
  package var paused: Bool
  /// Until when, for a pause; `nil` for until resumed.
  package var until: Instant?
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ queues: [QueueName], paused: Bool, until: Instant? = nil, actor: String, reason: String?,
    now: Instant
  ) {
    self.queues = queues
    self.paused = paused
    self.until = until
    self.actor = actor
    self.reason = reason
    self.now = now
  }
}
