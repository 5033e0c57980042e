import Jobs
import Text

/// What operators did to a job, as it stands in qctl_payloads: one line of JSON for each action,
/// oldest first.
enum ActionLines {
  /// The lines of some actions.
  static func write(_ actions: [JobAction]) -> [UInt8] {
    var writer = JSONWriter(capacity: 256)
    for action in actions {
      action.write(to: &writer)
      writer.endLine()
    }
    return Array(writer.buffer.bytes)
  }

  /// The actions; lines that make no sense are passed over, since any program may have written them.
  static func read(_ lines: [UInt8]) -> [JobAction] {
    lines.split(separator: lineFeed).compactMap { JobAction(json: $0) }
  }

  /// Whether each line is an action.
  static func areSound(_ lines: [UInt8]) -> Bool {
    lines.split(separator: lineFeed).allSatisfy { JobAction(json: $0) != nil }
  }

  private static let lineFeed: UInt8 = 0x0A
}
