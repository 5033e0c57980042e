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
  /// The rule for all queues where nobody has changed it, in the same words.
  let standard: @Sendable (QueueSettings) -> String
  /// Whether it has a column of its own in tables for people.
  var isListed = false
  /// For which queues it can be set.
  var reach = Reach.one

  /// For which queues a setting can be set.
  enum Reach {
    /// For one.
    case one
    /// For one, and as the rule for all.
    case both
    /// As the rule for all only.
    case all
  }

  /// The flag's name, without hyphens before it.
  var flagName: String { String(name.map { $0 == "_" ? "-" : $0 }) }

  /// What is in force for a queue.
  func value(in settings: QueueSettings, _ rules: Retention) -> String {
    shown(settings) ?? shown(QueueSettings(retention: rules)) ?? standard(settings)
  }

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
