import CommandLineSpec

/// Every status that a command but `health` can end with, and what it means (conventions.md §1,
/// design.md §8).
///
/// The manual prints these words.
package enum ExitStatus: Int32, CaseIterable, Sendable {
  case success = 0
  case negative = 1
  case usage = 2
  case partly = 3
  case keyConflict = 4
  case leaseLost = 5
  case queueFull = 6
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case internalError = 70
  case cannotCreate = 73
  case inputOutput = 74
  case busy = 75
  case permission = 77
  case configuration = 78
  case interrupted = 130

  /// What it means to whoever called, in a line.
  package var meaning: String {
    switch self {
    case .success: "done; an empty list too"
    case .negative: "no: job or queue not found, nothing to claim, or declined"
    case .usage: "wrong command line, or a confirmation that could not be asked"
    case .partly: "partly done: some items failed, each is named"
    case .keyConflict: "a key is taken: nothing changed"
    case .leaseLost: "the lease is lost: nothing changed"
    case .queueFull: "the queue is full"
    case .badData: "bad input data: nothing changed"
    case .noInput: "an input file is missing or unreadable"
    case .unavailable: "no usable store, or it can't do this"
    case .internalError: "a bug in qctl"
    case .cannotCreate: "an output file cannot be made"
    case .inputOutput: "input or output failed, or the disk is full"
    case .busy: "the store is busy: try again"
    case .permission: "permission denied, or the store is read-only"
    case .configuration: "wrong configuration, or a handler that cannot be run"
    case .interrupted: "stopped by Ctrl-C; what was done is done"
    }
  }

  /// The line of a manual page.
  var note: ExitNote { ExitNote(rawValue, meaning) }

  /// What any command that opens a store can end with, besides its own; each reads configuration.
  static let storeTroubles: [ExitStatus] = [
    .unavailable, .inputOutput, .busy, .permission, .configuration,
  ]

  /// The lines for a command: success, its own, usage, those of the store and of configuration.
  static func notes(_ own: ExitStatus...) -> [ExitNote] {
    let all = Set([.success, .usage] + own + storeTroubles)
    return all.sorted { $0.rawValue < $1.rawValue }.map(\.note)
  }
}
