import CPosix

/// How a process ended.
package enum ExitOutcome: Hashable, Sendable {
  /// By itself, with that status, 0 to 255.
  case exited(Int32)
  /// By a signal.
  case signaled(Signal, coreDumped: Bool)

  /// True for exit status 0.
  package var isSuccess: Bool { self == .exited(0) }
}

/// Where a standard stream of a child comes from.
package enum ChildStream: Hashable, Sendable {
  /// The same as ours.
  case inherit
  /// `/dev/null`.
  case null
  /// An open descriptor of ours, which must stay open until the child is started.
  case descriptor(Int32)

  var number: Int32 {
    switch self {
    case .inherit: Int32(qctl_stream_inherit)
    case .null: Int32(qctl_stream_null)
    case .descriptor(let number): max(number, 0)
    }
  }
}

/// What to start, and how.
///
/// The child has default signal actions, nothing blocked, the caller's working directory, and no
/// open file but its three streams.
package struct SpawnRequest: Sendable {
  /// The program's path; it is not searched for, see ``Executable/resolve(_:path:)``.
  package var executable: String
  /// All arguments, the program's own name first.
  package var arguments: CStringList
  /// The whole environment.
  package var environment: EnvironmentBlock
  /// Where standard input comes from.
  package var input: ChildStream = .null
  /// Where standard output goes.
  package var output: ChildStream = .inherit
  /// Where standard error goes.
  package var error: ChildStream = .inherit
  /// True to make it the leader of a process group of its own, with the number of its process.
  package var ownGroup = false

  /// Starts `executable` with those arguments, the program's own name first.
  package init(
    executable: String, arguments: CStringList, environment: EnvironmentBlock
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}

/// A process that we started; each must be waited for once, or it stays as a zombie.
package struct ChildProcess: Hashable, Sendable {
  /// Its process number, which is also its group's if it has one of its own.
  package let pid: Int32

  /// Starts a process.
  ///
  /// - Throws: what exec said, such as `noSuchFile`, `permissionDenied`, `notExecutableFormat` or
  ///   `argumentsTooLong`; `invalidArgument` for a NUL inside a string.
  package static func spawn(_ request: SpawnRequest) throws(SystemError) -> ChildProcess {
    let strings = request.environment.strings
    if request.arguments.hasEmbeddedNUL || strings.hasEmbeddedNUL
      || request.executable.utf8.contains(0)
    {
      throw SystemError(.invalidArgument, call: "posix_spawn", subject: request.executable)
    }
    var pid: Int32 = -1
    let streams = [request.input.number, request.output.number, request.error.number]
    let code = request.arguments.withPointers { arguments in
      strings.withPointers { environment in
        qctl_spawn(
          &pid, request.executable, arguments, environment, streams, request.ownGroup ? 1 : 0)
      }
    }
    try checkCode(code, "posix_spawn", about: request.executable)
    return ChildProcess(pid: pid)
  }

  /// How it ended, or nil while it runs; once answered, the number is no longer its own.
  package func tryWait() throws(SystemError) -> ExitOutcome? {
    try wait(block: false)
  }

  /// Waits until it ends.
  package func wait() throws(SystemError) -> ExitOutcome {
    while true {
      if let outcome = try wait(block: true) { return outcome }
    }
  }

  /// A descriptor that becomes readable when it ends, to wait for with epoll; it does not reap.
  ///
  /// - Throws: `notImplemented` before Linux 5.3; listen for SIGCHLD there.
  package func exitDescriptor() throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try systemCall("pidfd_open") { qctl_pidfd_open(pid) })
  }

  private func wait(block: Bool) throws(SystemError) -> ExitOutcome? {
    var status = qctl_wait_status()
    let found = try systemCall("waitpid") { qctl_wait(pid, block ? 1 : 0, &status) }
    guard found == 1 else { return nil }
    if status.exited != 0 { return .exited(status.code) }
    return .signaled(Signal(rawValue: status.signal), coreDumped: status.core != 0)
  }
}
