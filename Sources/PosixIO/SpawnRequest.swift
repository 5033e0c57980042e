import CPosix

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
  /// Where the child notes that it exists before the program runs; nil for no note.
  package var record: StartRecord?

  /// Starts `executable` with those arguments, the program's own name first.
  package init(
    executable: String, arguments: CStringList, environment: EnvironmentBlock
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}

extension SpawnRequest {
  /// Lends the request as C takes it; valid only inside `body`.
  func withLowered(_ body: (inout qctl_spawn_request) -> Int32) -> Int32 {
    executable.withCString { path in
      arguments.withPointers { arguments in
        environment.strings.withPointers { environment in
          var lowered = qctl_spawn_request(
            path: path, arguments: arguments, environment: environment,
            streams: (input.number, output.number, error.number), own_group: ownGroup ? 1 : 0,
            record: record?.descriptor ?? -1, record_offset: record?.offset ?? 0,
            refusal_offset: record?.refusal ?? 0)
          return body(&lowered)
        }
      }
    }
  }
}
