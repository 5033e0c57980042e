import CommandLineSpec
import Jobs

/// What only `dlq replay` can be told.
struct ReplayOptions: Sendable {
  /// How fast the jobs come back; all at once if nil.
  var rate: ReplayRate?
  /// Into which queue; each into its own if nil.
  var target: QueueName?
  /// From how many replays on a job is left alone, if that was said.
  var maxReplays: Int?

  static let flags: [Flag<ReplayOptions>] = [
    .value("rate", "RATE", \.rate, "Spread them over time, such as 20/s, 300/m or 1000/h") {
      (text) throws(ValueError) in try ReplayRate.parse(text)
    },
    .value("to", "QUEUE", \.target, "Put them into QUEUE, not back where they were") {
      (text) throws(ValueError) in try ValueText.queue(text)
    }.completing(.queue),
    .int(
      "max-replays", "COUNT", in: 1...1_000_000_000, \.maxReplays,
      "Leave jobs alone that were replayed COUNT times"
    ).default("\(ReplayGuard.usual), but not for an ID"),
  ]
}
