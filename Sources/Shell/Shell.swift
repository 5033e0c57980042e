import PosixIO

/// A shell over somebody's commands: at a prompt, or as a script.
package enum Shell {
  /// Runs a shell to its end.
  ///
  /// A signal that means this process ends it, once everything was given back.
  ///
  /// - Returns: its exit status.
  package static func run(_ settings: ShellSettings, over host: any ShellHost) -> Int32 {
    // Whoever prints is told; a shell does not end because the reader of one command did.
    try? Signal.pipe.setDisposition(.ignore)
    let session = ShellSession(settings, host)
    let status = settings.isInteractive ? Conversation(session).run() : script(session)
    host.close()
    if let end = settings.signals.end { end.endProcess() }
    return status
  }

  private static func script(_ session: ShellSession) -> Int32 {
    guard let commands = session.settings.commands else {
      return session.run(ScriptInput(standardInput: session.settings.signals), called: nil)
    }
    return session.run(ScriptInput(commands), called: nil)
  }
}
