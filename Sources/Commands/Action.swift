/// What a command line comes to: run with everything around it, it ends with a status.
package struct Action {
  private let body: (CommandContext) throws(CommandFailure) -> ExitStatus

  /// A command's options, and what is done with them.
  init<Options>(
    _ options: Options,
    _ body: @escaping (Options, CommandContext) throws(CommandFailure) -> ExitStatus
  ) {
    self.body = { (context) throws(CommandFailure) in try body(options, context) }
  }

  /// Runs the command.
  package func run(in context: CommandContext) throws(CommandFailure) -> ExitStatus {
    try body(context)
  }
}
