import CommandLineSpec

/// What several pages of the manual say alike.
enum ManualNote {
  /// Before sessions, which tests run.
  static let placeholders: Block =
    "In what is printed, \(literal: "<id>"), \(literal: "<time>"), \(literal: "<age>") and the like stand for what differs each time, and \(literal: "[exit 4]") for a status other than 0."
}
