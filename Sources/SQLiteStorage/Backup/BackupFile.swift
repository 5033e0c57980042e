import LocalStorage
import PosixIO
import Storage

/// A copy in the making: under another name beside its place, and locked for as long as its process
/// lives, until it is whole, durable, and renamed.
final class BackupFile {
  /// Where the copy is made.
  let temporary: String
  private let target: String
  private let folder: String
  private let lock: FileLock

  /// Makes the empty file, which only its owner can read.
  ///
  /// - Throws: where something is at the place already, or beside it what SQLite would take for the
  ///   copy's own log or journal and fold into it.
  init(for target: String) throws(StorageError) {
    for path in [target, target + "-wal", target + "-shm", target + "-journal"] {
      guard (try? FileSystem.linkStatus(of: path)) == nil else {
        throw .system(path: path, detail: "it is there already, and a backup replaces nothing")
      }
    }
    self.target = target
    folder = FileSystem.parent(of: target) ?? "."
    do {
      temporary = try PartialCopy.name(for: target)
      let file = try FileDescriptor.open(
        temporary, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
      lock = FileLock(file)
      _ = try lock.tryLock()
    } catch {
      throw StorageError(error, at: target)
    }
  }

  /// Syncs the copy, gives it its name, and syncs that; SQLite has closed the file.
  func finish() throws(StorageError) {
    do {
      let file = BorrowedDescriptor(lock.descriptor.rawValue)
      try file.sync()
      try giveName()
      let directory = try FileDescriptor.open(folder, .readOnly, .directory)
      try directory.sync()
    } catch {
      throw StorageError(error, at: target)
    }
  }

  /// A second name refuses to replace anything too, where the file system's rename can't.
  private func giveName() throws(SystemError) {
    do {
      try FileSystem.renameNoReplace(temporary, to: target)
    } catch {
      guard error.code == .invalidArgument else { throw error }
      try FileSystem.link(temporary, as: target)
      try FileSystem.unlink(temporary)
    }
  }

  /// Removes what was made so far.
  func discard() {
    for suffix in ["", "-journal", "-wal", "-shm"] { try? FileSystem.unlink(temporary + suffix) }
  }

  /// What processes left that died while they made a copy with this name, or of a store in its
  /// folder.
  static func leftovers(of target: String) -> [String] {
    PartialCopy.leftovers(of: target)
  }
}
