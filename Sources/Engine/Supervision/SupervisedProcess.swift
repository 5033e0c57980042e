package import PosixIO

/// The life of a worker that a supervisor started: it ends when the supervisor does, however that
/// ends.
package enum SupervisedProcess {
  /// Names the supervisor's process to its workers.
  static let variable = "QCTL_SUPERVISOR"

  /// Asks for SIGTERM at the end of the supervisor that the environment names.
  ///
  /// - Returns: false where it has ended already, and this process should not begin.
  package static func begin(_ environment: EnvironmentBlock) -> Bool {
    guard let text = environment[variable], let parent = Int32(text) else { return true }
    return CurrentProcess.endWithParent(parent, by: .terminate)
  }
}
