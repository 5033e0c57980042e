/// What an operator did to a job: who, when, why, and as one of how many.
///
/// Kept with the job, so that `show` tells it as long as the job is there.
package struct JobAction: Equatable, Sendable {
  /// When.
  package let at: Instant
  /// What: `retried`, `replayed`, `cancelled`, `cancel_requested`, `moved` or `edited`.
  package let event: LogRecord.Event
  /// Who.
  package let actor: String
  /// Why, if said.
  package var reason: String?
  /// Which jobs were meant, in the words of the command line; `nil` where ids named them.
  package var filter: String?
  /// How many jobs the plan had.
  package var planned: Int64?
  /// The queue that the job was in, where that changed.
  package var fromQueue: QueueName?
  /// The payload as it was before, where that changed.
  package var payload: [UInt8]?

  /// An action with its required parts.
  package init(_ event: LogRecord.Event, at: Instant, actor: String) {
    self.at = at
    self.event = event
    self.actor = actor
  }

  /// The events that an operator causes.
  package static let events: Set<LogRecord.Event> = [
    .retried, .replayed, .cancelled, .cancelRequested, .moved, .edited,
  ]
}
