import PosixIO
import TestSupport

/// Processes that tests run beside themselves.
enum HelperProcess {
  /// The loops of the benchmarks, built beside the tests.
  static func bench() throws -> String {
    var folder = FileSystem.parent(of: try Executable.current())
    while let place = folder {
      let path = place + "/qctl-bench"
      if FileSystem.isAccessible(path, .execute) { return path }
      folder = place == "/" ? nil : FileSystem.parent(of: place)
    }
    throw SystemError(.noSuchFile, call: "exec", subject: "qctl-bench")
  }

  /// Starts a shell command in a process group of its own, and returns once it has said something.
  static func start(_ command: String) throws -> ChildProcess {
    let pipe = try Pipe()
    let environment = EnvironmentBlock.current()
    var request = SpawnRequest(
      executable: try Executable.resolve("sh", path: environment["PATH"]),
      arguments: CStringList(["sh", "-c", command]), environment: environment)
    request.output = .descriptor(pipe.writer.rawValue)
    request.ownGroup = true
    let child = try ChildProcess.spawn(request)
    let reader = pipe.keepReader()
    _ = try reader.read(upTo: 64)
    return child
  }

  static func end(_ child: ChildProcess) throws {
    try? Signal.kill.send(toGroup: child.pid)
    _ = try child.wait()
  }
}
