import LocalStorage
import PosixIO
import Storage

/// A copy of a store in the making: a folder beside its place, locked for as long as its process
/// lives, until it is whole, durable, and renamed.
final class BackupFolder {
  let tree: DiskTree
  private let target: String
  private let parent: String
  private let partial: String
  private let lock: FileLock
  private var made: Set<String> = []

  private static let lockName = ".qctl-backup"

  /// Makes the empty folder, with the rights of the store.
  init(for target: String, mode: UInt32) throws(StorageError) {
    guard (try? FileSystem.linkStatus(of: target)) == nil else {
      throw .system(path: target, detail: "it is there already, and a backup replaces nothing")
    }
    self.target = target
    parent = FileSystem.parent(of: target) ?? "."
    try LocalVolume.require(parent)
    do throws(SystemError) {
      partial = try PartialCopy.name(for: target)
      try FileSystem.makeDirectory(partial, mode: 0o700)
      try FileSystem.setPermissions(partial, mode)
      lock = try FileLock.open(partial + "/" + Self.lockName)
      _ = try lock.tryLock()
      tree = try DiskTree(root: partial)
    } catch { throw StorageError(error, at: target) }
  }

  /// Runs calls on the copy, with what fails told of its place.
  func writing<Result>(
    _ body: (DiskTree) throws(SystemError) -> Result
  ) throws(StorageError) -> Result {
    do { return try body(tree) } catch { throw StorageError(error, at: target) }
  }

  /// Makes a file in the copy, and the folders above it; false where it is there.
  @discardableResult
  func add(_ path: String, _ bytes: [UInt8]) throws(StorageError) -> Bool {
    try writing { (tree) throws(SystemError) in
      try makeFolders(SplitPath(path).folder)
      do throws(SystemError) { try tree.create(path, bytes, sync: false) } catch {
        guard error.code == .exists else { throw error }
        return false
      }
      return true
    }
  }

  /// Makes a folder in the copy, and those above it.
  func makeFolders(_ path: String) throws(SystemError) {
    guard !path.isEmpty, !made.contains(path) else { return }
    try makeFolders(SplitPath(path).folder)
    do throws(SystemError) { try tree.makeFolder(path) } catch {
      guard error.code == .exists else { throw error }
    }
    made.insert(path)
  }

  /// Makes all of it durable, then a store of it by its format file, then gives it its name.
  func finish() throws(StorageError) {
    try writing { (tree) throws(SystemError) in
      try tree.remove(Self.lockName)
      try tree.syncAll()
    }
    try StoreFolder.fill(partial)
    try writing { _ throws(SystemError) in
      try FileSystem.renameNoReplace(partial, to: target)
      try FileDescriptor.open(parent, .readOnly, .directory).sync()
    }
  }

  /// Removes what was made so far.
  func discard() {
    Self.remove(tree, "")
    try? FileSystem.removeDirectory(partial)
  }

  private static func remove(_ tree: DiskTree, _ folder: String) {
    for name in (try? tree.names(in: folder)) ?? [] {
      let path = folder.isEmpty ? name : folder + "/" + name
      if (try? tree.status(of: path))?.kind == .directory {
        remove(tree, path)
        try? tree.removeFolder(path)
      } else {
        try? tree.remove(path)
      }
    }
  }

  /// What processes left that died while they made a copy with this name.
  static func leftovers(of target: String) -> [String] {
    PartialCopy.leftovers(of: target, lock: "/" + lockName)
  }
}
