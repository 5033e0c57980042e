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

/// A process that we started; each must be waited for once, or it stays as a zombie.
package struct ChildProcess: Hashable, Sendable {
  /// Its process number, which is also its group's if it has one of its own.
  package let pid: Int32

  /// Starts a process.
  ///
  /// - Throws: what exec said, such as `noSuchFile`, `permissionDenied`, `notExecutableFormat` or
  ///   `argumentsTooLong`; `invalidArgument` for a NUL inside a string. With a record, also what
  ///   kept it from being written (see ``StartRecord/isCause(of:)``), and `cancelled` when the
  ///   start was refused. Whatever is thrown, the program has not run, and nothing is left to wait
  ///   for.
  package static func spawn(_ request: SpawnRequest) throws(SystemError) -> ChildProcess {
    let strings = request.environment.strings
    if request.arguments.hasEmbeddedNUL || strings.hasEmbeddedNUL
      || request.executable.utf8.contains(0)
    {
      throw SystemError(.invalidArgument, call: "execve", subject: request.executable)
    }
    var pid: Int32 = -1
    var call: UnsafePointer<CChar>?
    let code = request.withLowered { qctl_spawn(&$0, &pid, &call) }
    guard code == 0 else {
      let error = SystemError(
        SystemError.Code(code), call: call.map { String(cString: $0) } ?? "spawn")
      throw StartRecord.isCause(of: error) ? error : error.about(request.executable)
    }
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

  /// What a child does with our open files on a kernel without close_range(2), before 5.9; here for
  /// its test.
  static func closeListed(from first: Int32) throws(SystemError) {
    _ = try systemCall("getdents64") { qctl_close_listed(first) }
  }

  private func wait(block: Bool) throws(SystemError) -> ExitOutcome? {
    var status = qctl_wait_status()
    let found = try systemCall("waitpid") { qctl_wait(pid, block ? 1 : 0, &status) }
    guard found == 1 else { return nil }
    if status.exited != 0 { return .exited(status.code) }
    return .signaled(Signal(rawValue: status.signal), coreDumped: status.core != 0)
  }
}
