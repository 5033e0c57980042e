import Calendar
import CommandLineSpec
import Jobs

/// One thing that can be set for a queue: everything that `queue set`, `show` and `list` know of it.
///
/// A new setting is one more entry of `all`, and a case of `QueueSettings.Change`.
struct QueueSetting: Sendable {
  /// As in design.md §2's words: `keep_completed`; its flag is the same with hyphens.
  let name: String
  /// What stands for its value in help.
  let valueName: String
  /// One line, no full stop.
  let summary: String
  /// Reads a value; `nil` is `default`, the rule for all queues.
  let parse: @Sendable (String) throws(ValueError) -> QueueSettings.Change
  /// What is set, in words that `parse` reads; `nil` where the rule for all queues holds.
  let shown: @Sendable (QueueSettings) -> String?
  /// The rule for all queues, in the same words.
  let standard: @Sendable () -> String

  /// The flag's name, without hyphens before it.
  var flagName: String { String(name.map { $0 == "_" ? "-" : $0 }) }

  /// What is in force for a queue.
  func value(in settings: QueueSettings) -> String { shown(settings) ?? standard() }

  /// Where that comes from.
  func origin(in settings: QueueSettings) -> Origin { shown(settings) == nil ? .standard : .queue }

  enum Origin: String {
    /// The rule for all queues.
    case standard = "default"
    /// This queue's own.
    case queue

    /// For people.
    var text: String { self == .queue ? "this queue" : "rule for all queues" }
  }
}

// MARK: - The table

extension QueueSetting {
  /// Every setting, in the order in which they are shown.
  static let all: [QueueSetting] = [
    keep("keep_completed", .completed, "How long completed jobs are kept"),
    keep("keep_cancelled", .cancelled, "How long cancelled jobs are kept"),
    keep("keep_dead", .dead, "How long dead jobs are kept"),
  ]

  private static func keep(_ name: String, _ state: JobState, _ summary: String) -> QueueSetting {
    QueueSetting(
      name: name, valueName: "TIME", summary: summary + ": 7d, forever or default",
      parse: { (text) throws(ValueError) in .keep(state, try KeepText.parse(text)) },
      shown: { $0.retention[state].map(KeepText.text) },
      standard: { KeepText.text(.span(Retention.standard(state))) })
  }
}

/// How long something is kept, as people write it: a duration, or `forever`.
private enum KeepText {
  /// - Returns: `nil` for `default`.
  static func parse(_ text: String) throws(ValueError) -> Keep? {
    switch text {
    case "default": return nil
    case "forever": return .forever
    default: break
    }
    let milliseconds: Int64
    do { milliseconds = try DurationText.parse(text) } catch {
      throw .malformed("is no duration such as 7d, nor forever or default: \(error.description)")
    }
    guard milliseconds > 0 else { throw .malformed("is no time at all") }
    return .span(TimeSpan(milliseconds: milliseconds))
  }

  static func text(_ keep: Keep) -> String {
    switch keep {
    case .span(let span): DurationText.text(span.milliseconds)
    case .forever: "forever"
    }
  }
}
