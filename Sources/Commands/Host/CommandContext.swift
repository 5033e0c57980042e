import Calendar
package import Jobs
package import PosixIO
package import Storage

/// Everything around a command, so that tests can stand in for any of it.
package struct CommandContext {
  /// What is known of the three standard streams.
  package struct Streams: Sendable {
    /// Whether standard input is a terminal.
    package var inputIsTerminal: Bool
    /// Whether standard output is a terminal.
    package var outputIsTerminal: Bool
    /// Whether standard error is a terminal.
    package var errorIsTerminal: Bool
    /// The width of the terminal behind standard output, if it is one.
    package var columns: Int?

    /// Streams that are no terminals, but for what is said.
    package init(
      inputIsTerminal: Bool = false, outputIsTerminal: Bool = false,
      errorIsTerminal: Bool = false, columns: Int? = nil
    ) {
      self.inputIsTerminal = inputIsTerminal
      self.outputIsTerminal = outputIsTerminal
      self.errorIsTerminal = errorIsTerminal
      self.columns = columns
    }
  }

  /// Opens the store at a place that `StoreLocation` has read.
  package typealias OpenStore = (StoreLocation, StoreIntent) throws(StorageError)
    -> any StorageAdapter
  /// Runs the prompt of a shell to its end, and answers with which status.
  package typealias StartShell = (ShellStart) -> Int32

  /// Buffered standard output: data only.
  package let output: OutputStream
  /// Writes to standard error at once.
  package let say: (String) -> Void
  /// What the standard streams are.
  package let streams: Streams
  /// An environment variable.
  package let environment: (String) -> String?
  /// The wall clock.
  package let now: () -> Instant
  /// Random bits.
  package let random: () -> UInt64
  /// Whoever is at the other end of the command.
  package let interaction: Interaction
  /// Opens stores.
  package let openStore: OpenStore
  /// Gives a store back that a command is done with.
  package let releaseStore: (any StorageAdapter) -> Void
  /// The process itself.
  package let process: ProcessAccess
  /// Lets what is printed from now on go through a pager, if there is one.
  package let beginPaging: () -> Void
  /// Starts a shell; `nil` within one, and where there is none.
  package let startShell: StartShell?

  /// Everything in turn.
  package init(
    output: OutputStream, say: @escaping (String) -> Void, streams: Streams,
    environment: @escaping (String) -> String?, now: @escaping () -> Instant,
    random: @escaping () -> UInt64, interaction: Interaction = .none,
    openStore: @escaping OpenStore,
    releaseStore: @escaping (any StorageAdapter) -> Void = { $0.close() },
    process: ProcessAccess = .current, startShell: StartShell? = nil,
    beginPaging: @escaping () -> Void = {}
  ) {
    self.output = output
    self.say = say
    self.streams = streams
    self.environment = environment
    self.now = now
    self.random = random
    self.interaction = interaction
    self.openStore = openStore
    self.releaseStore = releaseStore
    self.process = process
    self.startShell = startShell
    self.beginPaging = beginPaging
  }
}

extension CommandContext {
  /// Says a sentence on standard error, under the program's name.
  func tell(_ sentence: String) { say("qctl: \(sentence)\n") }

  /// Writes data to standard output.
  func write(_ bytes: [UInt8]) throws(CommandFailure) {
    do { try output.write(bytes) } catch { throw CommandFailure(error) }
  }

  /// Writes one line of data to standard output.
  func writeLine(_ text: String) throws(CommandFailure) {
    do { try output.write(text + "\n") } catch { throw CommandFailure(error) }
  }

  /// Pushes out what is buffered.
  func flush() throws(CommandFailure) {
    do { try output.flush() } catch { throw CommandFailure(error) }
  }

  /// The zone in which people read times here: `TZ`, else the machine's, else UTC.
  var zone: TimeZoneRules {
    (try? zones.local()) ?? .utc
  }

  /// Finds time zones.
  var zones: TimeZoneResolver {
    TimeZoneResolver(environment: environment) { path in
      try? FileSystem.readFile(path, limit: 1 << 20)
    }
  }

  /// Who acts: `QCTL_ACTOR`, else who called sudo, else the account of this process.
  var actor: String {
    for name in ["QCTL_ACTOR", "SUDO_USER"] {
      if let value = environment(name), !value.isEmpty { return value }
    }
    let user = CurrentProcess.effectiveUserID
    return Accounts.user(id: user)?.name ?? "uid:\(user)"
  }
}
