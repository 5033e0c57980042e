import Jobs
import PosixIO

/// What can be told of a worker by its file, without changing anything (design.md §7).
enum WorkerFile {
  /// How a worker is.
  enum Standing {
    /// It holds its file, or nothing can be told.
    case living
    /// Its file is there, and nobody holds it.
    case dead
    /// There is no file, which proves nothing: another worker waits before it takes over.
    case missing
  }

  /// Looks at the file of a worker of the store at `path`.
  ///
  /// Opened only for reading, since those who watch the folder are woken when a file that was open
  /// for writing is closed; and not waited for, should it be a pipe.
  static func standing(of id: PresenceID, at path: String) -> Standing {
    do {
      let file = try FileDescriptor.open(
        path + ".qctl/workers/\(id)", .readOnly, [.noFollow, .nonBlocking])
      let lock = FileLock(file)
      return try lock.tryLock(.shared) ? .dead : .living
    } catch {
      return error.code == .noSuchFile || error.code == .notDirectory ? .missing : .living
    }
  }
}
