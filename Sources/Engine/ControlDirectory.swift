import Jobs
import PosixIO

/// Where handlers leave their control files: a private directory of this worker.
///
/// A file need not be there: the directory is 0700 and new, so whoever creates one in it is the
/// handler's own user. Its name carries job and attempt, so that what an old handler's orphan
/// writes late is never taken for another job's.
struct ControlDirectory: ~Copyable {
  private let path: String
  private let directory: FileDescriptor

  /// Makes the directory in the first place that can hold it: `$XDG_RUNTIME_DIR`, `$TMPDIR`, `/tmp`.
  ///
  /// - Throws: why the last place could not.
  init(environment: EnvironmentBlock, random: () -> UInt64) throws(SystemError) {
    let named = [environment["XDG_RUNTIME_DIR"], environment["TMPDIR"]]
    var places = named.compactMap { $0 }.filter { $0.hasPrefix("/") }
    places.append("/tmp")
    let made = try Self.make(in: places, random: random)
    let opened = try FileDescriptor.openDirectory(made)
    path = made
    directory = opened
  }

  /// The place for one execution's file.
  func place(for job: Job) -> String { path + "/" + Self.name(for: job) }

  /// What the handler of this execution left, which is then removed; `nil` if it left nothing.
  func take(for job: Job) throws(ControlProblem) -> ControlReply? {
    let name = Self.name(for: job)
    do {
      guard let bytes = try content(of: name) else { return nil }
      discard(name)
      return try ControlReply(bytes)
    } catch {
      discard(name)
      throw error
    }
  }

  /// Removes the directory with whatever is left in it.
  ///
  /// - Throws: why it could not.
  func remove() throws(SystemError) {
    for entry in try FileSystem.entries(of: path) { discard(entry.name) }
    try FileSystem.removeDirectory(path)
  }

  private func content(of name: String) throws(ControlProblem) -> [UInt8]? {
    do throws(SystemError) {
      let file = try directory.open(at: name, .readOnly, [.noFollow, .nonBlocking])
      if try file.status().kind == .regular {
        return try file.readAll(limit: ControlReply.largestFile)
      }
    } catch {
      switch error.code {
      case .noSuchFile: return nil
      case .fileTooLarge: throw .tooLarge
      default: throw .unreadable(error)
      }
    }
    throw .notAFile
  }

  private func discard(_ name: String) {
    // What can't be removed stays until the directory's owner looks after it; it is never reread.
    try? directory.unlink(at: name)
  }

  private static func name(for job: Job) -> String {
    job.id.description + "." + String(job.attempt)
  }

  private static func make(
    in places: [String], random: () -> UInt64
  ) throws(SystemError) -> String {
    var reason = SystemError(.noSuchFile, call: "mkdir", subject: "/tmp")
    for place in places {
      for _ in 0..<8 {
        let path = place + "/qctl-" + String(random(), radix: 36)
        do {
          // Fails when the name is taken, whatever has it, so nobody can have prepared it.
          try FileSystem.makeDirectory(path, mode: 0o700)
          return path
        } catch {
          reason = error
          guard error.code == .exists else { break }
        }
      }
    }
    throw reason
  }
}
