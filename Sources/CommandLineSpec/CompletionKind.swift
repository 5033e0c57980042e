/// What a value or an operand may be completed with.
package enum CompletionKind: Equatable, Sendable {
  /// Nothing can be offered, not even files.
  case none
  /// One of these words, in this order.
  case choices([String])
  /// The name of a queue in the store.
  case queue
  /// A job type seen in the store.
  case type
  /// The id of a job in the store, most recent first.
  case jobID
  /// A job state.
  case state
  /// Any file.
  case file
  /// A file whose name ends in one of these, each without its dot.
  case fileNamed([String])
  /// A directory.
  case directory
  /// A program and its arguments: left to the shell's own completion.
  case command
  /// A template: the live source knows its fields, which stand in braces.
  case template
  /// The words of a command of this tree.
  case commandName
  /// Something else the live source knows by this name, such as schedules.
  case custom(String)
}
