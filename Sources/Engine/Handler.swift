import Jobs
import PosixIO

/// The program that runs jobs, found once, so that a later change of the search path or of the
/// working directory's content can't slip in another one.
struct Handler {
  private let executable: String
  private let arguments: CStringList

  /// Finds the program.
  ///
  /// - Throws: `noSuchFile` or `permissionDenied` about the name as given.
  init(_ arguments: CStringList, environment: EnvironmentBlock) throws(SystemError) {
    let name = arguments.text(at: 0) ?? ""
    do { executable = try Executable.resolve(name, path: environment["PATH"]) } catch {
      throw error.about(name)
    }
    self.arguments = arguments
  }

  /// Starts it, in a process group of its own.
  func spawn(
    environment: EnvironmentBlock, input: ChildStream, output: Int32, error: Int32,
    record: StartRecord?
  ) throws(SystemError) -> ChildProcess {
    var request = SpawnRequest(
      executable: executable, arguments: arguments, environment: environment)
    request.input = input
    request.output = .descriptor(output)
    request.error = .descriptor(error)
    request.ownGroup = true
    request.record = record
    return try ChildProcess.spawn(request)
  }
}
