import DirectoryStorage
import PosixIO
import Synchronization

/// The disk, with a say of the test in what happens.
final class TreeDouble: FileTree {
  private let disk: DiskTree
  /// Runs before a folder's names are read; hears how many were read before.
  let beforeNames = Mutex<(@Sendable (_ folder: String, _ count: Int) -> Void)?>(nil)
  /// What appending gives, if not what the disk says.
  let appendFailure = Mutex<SystemError.Code?>(nil)
  private let lists = Mutex<[String]>([])

  init(root: String) throws { disk = try DiskTree(root: root) }

  /// The folders whose names were read since the last time this was asked.
  func takeLists() -> [String] {
    lists.withLock { found in
      defer { found = [] }
      return found
    }
  }

  func names(in folder: String) throws(SystemError) -> [String] {
    let count = lists.withLock { found in
      found.append(folder)
      return found.count - 1
    }
    beforeNames.withLock { $0 }?(folder, count)
    return try disk.names(in: folder)
  }

  func append(
    _ path: String, _ bytes: [UInt8], makes: Bool, sync: Bool
  ) throws(SystemError) -> Int64 {
    if let code = appendFailure.withLock({ $0 }) {
      throw SystemError(code, call: "write", subject: path)
    }
    return try disk.append(path, bytes, makes: makes, sync: sync)
  }

  func status(of path: String) throws(SystemError) -> FileStatus { try disk.status(of: path) }
  func read(_ path: String, at offset: Int64, count: Int) throws(SystemError) -> FilePiece {
    try disk.read(path, at: offset, count: count)
  }
  func create(_ path: String, _ bytes: [UInt8], sync: Bool) throws(SystemError) {
    try disk.create(path, bytes, sync: sync)
  }
  func rename(_ path: String, to other: String, replaces: Bool) throws(SystemError) {
    try disk.rename(path, to: other, replaces: replaces)
  }
  func remove(_ path: String) throws(SystemError) { try disk.remove(path) }
  func makeFolder(_ path: String) throws(SystemError) { try disk.makeFolder(path) }
  func removeFolder(_ path: String) throws(SystemError) { try disk.removeFolder(path) }
  func syncFolder(_ path: String) throws(SystemError) { try disk.syncFolder(path) }
  func syncAll() throws(SystemError) { try disk.syncAll() }
  func markSettled(_ folder: String) throws(SystemError) { try disk.markSettled(folder) }
  func isSettled(_ folder: String) throws(SystemError) -> Bool { try disk.isSettled(folder) }
  func makeWatch() -> (any FolderWatch)? { disk.makeWatch() }
  func withLock(
    _ path: String, patience: Int64, _ body: () -> Void
  ) throws(SystemError) -> Bool {
    try disk.withLock(path, patience: patience, body)
  }
}
