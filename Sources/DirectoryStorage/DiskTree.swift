package import PosixIO
package import Storage
import Synchronization

/// The files of a store on a disk.
///
/// Folders stay open once they were used, so a name is reached by one call from the folder that holds
/// it. A folder may be removed and made again by others; then an open one leads nowhere, calls through
/// it say that there is no such file, and it is opened anew.
package final class DiskTree: FileTree {
  private let root: FileDescriptor
  private let path: String
  private let rights: Rights
  private let stop: StopWish?
  private let open = Mutex<[String: Folder]>([:])

  /// What new files and folders may be used by.
  struct Rights {
    let file: UInt32
    let folder: UInt32

    /// As those of the root: for the owner, or for a group too.
    init(rootMode: UInt32) {
      let isShared = rootMode & 0o020 != 0
      file = isShared ? 0o660 : 0o600
      folder = (isShared ? 0o770 : 0o700) | rootMode & 0o2000
    }
  }

  /// An open folder.
  private final class Folder: Sendable {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  }

  /// How each file is opened; put together once, for every claim opens one.
  private static let always: OpenOptions = [.noFollow, .nonBlocking, .noControllingTerminal]
  /// The most folders that stay open.
  private static let mostOpen = 96
  /// The set-user-id bit, which means nothing on a folder, says that the folder's name is durable.
  private static let settledBit: UInt32 = 0o4000

  /// The files under an existing folder that is no symbolic link.
  ///
  /// - Parameter stop: whether not to wait any longer; then reading ends with `cancelled`.
  package init(root path: String, stop: StopWish? = nil) throws(SystemError) {
    self.path = path
    self.stop = stop
    root = try FileDescriptor.openDirectory(path)
    rights = Rights(rootMode: try root.status().mode)
  }

  private func folder(_ path: String) throws(SystemError) -> Folder {
    if let known = open.withLock({ $0[path] }) { return known }
    let found = Folder(try openFolder(path))
    open.withLock {
      if $0.count >= Self.mostOpen { $0.removeAll(keepingCapacity: true) }
      // What is known of a folder is forgotten with those above it, so these must be known.
      let parent = SplitPath(path).folder
      if parent.isEmpty || $0[parent] != nil { $0[path] = found }
    }
    return found
  }

  private func openFolder(_ path: String) throws(SystemError) -> FileDescriptor {
    guard !path.isEmpty else { return try root.duplicate() }
    let split = SplitPath(path)
    guard !split.name.isEmpty, split.name != "..", split.name != "." else {
      throw SystemError(.invalidArgument, call: "open", subject: path)
    }
    do {
      return try folder(split.folder).descriptor.openDirectory(at: split.name)
    } catch {
      throw error.about(path)
    }
  }

  /// Forgets a folder and what is in it.
  private func forget(_ path: String) {
    open.withLock { known in
      // What is in a folder was opened through it.
      guard known[path] != nil else { return }
      let inside = path + "/"
      for key in known.keys where key == path || key.hasPrefix(inside) { known[key] = nil }
    }
  }

  /// Runs a call in a folder; once more, with the folder opened anew, where nothing is found.
  private func within<Result>(
    _ path: String, _ body: (borrowing FileDescriptor) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    guard let known = open.withLock({ $0[path] }) else { return try body(folder(path).descriptor) }
    do {
      return try body(known.descriptor)
    } catch {
      guard error.code.isMissing, isGone(path) else { throw error }
      forget(path)
      return try body(folder(path).descriptor)
    }
  }

  /// Whether the folder that is open under a path has been removed since.
  private func isGone(_ path: String) -> Bool {
    guard !path.isEmpty, let known = open.withLock({ $0[path] }) else { return false }
    return (try? known.descriptor.status().links) ?? 0 == 0
  }
}

// MARK: - Looking

extension DiskTree {
  private func heedStop(about path: String) throws(SystemError) {
    if let stop, stop() { throw SystemError(.cancelled, call: "read", subject: path) }
  }

  package func names(in folder: String) throws(SystemError) -> [String] {
    try heedStop(about: folder)
    if isGone(folder) { forget(folder) }
    return try within(folder) { (descriptor) throws(SystemError) in
      // A copy shares the position in the list, so the folder is opened once more.
      var reader = try DirectoryReader(descriptor.open(at: ".", .readOnly, .directory))
      var names: [String] = []
      while let entry = try reader.next() { names.append(entry.name) }
      return names
    }
  }

  package func status(of path: String) throws(SystemError) -> FileStatus {
    guard !path.isEmpty else { return try root.status() }
    let split = SplitPath(path)
    return try within(split.folder) { (folder) throws(SystemError) in
      try folder.status(at: split.name)
    }
  }

  package func read(
    _ path: String, at offset: Int64, count: Int
  ) throws(SystemError) -> FilePiece {
    try heedStop(about: path)
    let file = try openFile(path, .readOnly)
    let status = try Self.requireRegular(file, path)
    let bytes = try file.read(upTo: min(count, Int(max(status.size - offset, 0))), at: offset)
    return FilePiece(bytes: bytes, size: status.size)
  }

  private func openFile(
    _ path: String, _ access: AccessMode, _ options: OpenOptions = []
  ) throws(SystemError) -> FileDescriptor {
    let split = SplitPath(path)
    let mode = rights.file
    let number = try within(split.folder) { (folder) throws(SystemError) -> Int32 in
      let file = try folder.open(
        at: split.name, access, OpenOptions(rawValue: options.rawValue | Self.always.rawValue),
        mode: mode)
      return file.release()
    }
    return FileDescriptor(owning: number)
  }

  private static func requireRegular(
    _ file: borrowing FileDescriptor, _ path: String
  ) throws(SystemError) -> FileStatus {
    let status = try file.status()
    guard status.kind == .regular else {
      throw SystemError(.invalidArgument, call: "open", subject: path)
    }
    return status
  }
}

// MARK: - Files

extension DiskTree {
  package func create(_ path: String, _ bytes: [UInt8], sync: Bool) throws(SystemError) {
    let file = try openFile(path, .writeOnly, [.create, .exclusive])
    do throws(SystemError) {
      try file.setPermissions(rights.file)
      try file.writeAll(bytes)
      if sync { try file.syncData() }
      try file.close()
    } catch {
      try? remove(path)
      throw error.about(path)
    }
  }

  package func append(
    _ path: String, _ bytes: [UInt8], makes: Bool, sync: Bool
  ) throws(SystemError) -> Int64 {
    let file = try openFile(path, .writeOnly, makes ? [.append, .create] : .append)
    do throws(SystemError) {
      if try Self.requireRegular(file, path).size == 0, makes {
        try? file.setPermissions(rights.file)
      }
      // One call, for two pieces could stand apart.
      let count = try file.write(bytes[...])
      guard count == bytes.count else { throw SystemError(.noSpace, call: "write", subject: path) }
      let end = try file.position()
      if sync { try file.syncData() }
      return end - Int64(count)
    } catch {
      throw error.about(path)
    }
  }

  package func rename(
    _ path: String, to other: String, replaces: Bool
  ) throws(SystemError) {
    let (from, to) = (SplitPath(path), SplitPath(other))
    forget(path)
    try within(from.folder) { (source) throws(SystemError) in
      try within(to.folder) { (target) throws(SystemError) in
        if replaces {
          try source.rename(from.name, to: to.name, in: target)
        } else {
          try source.renameNoReplace(from.name, to: to.name, in: target)
        }
      }
    }
  }

  package func remove(_ path: String) throws(SystemError) {
    let split = SplitPath(path)
    try within(split.folder) { (folder) throws(SystemError) in try folder.unlink(at: split.name) }
  }
}

// MARK: - Folders and syncs

extension DiskTree {
  package func makeFolder(_ path: String) throws(SystemError) {
    let split = SplitPath(path)
    forget(path)
    let mode = rights.folder
    try within(split.folder) { (folder) throws(SystemError) in
      try folder.makeDirectory(at: split.name, mode: mode & 0o777)
    }
  }

  package func removeFolder(_ path: String) throws(SystemError) {
    let split = SplitPath(path)
    try within(split.folder) { (folder) throws(SystemError) in
      try folder.removeDirectory(at: split.name)
    }
    forget(path)
  }

  package func syncFolder(_ path: String) throws(SystemError) {
    try within(path) { (folder) throws(SystemError) in try folder.sync() }
  }

  package func syncAll() throws(SystemError) { try root.syncFileSystem() }

  package func markSettled(_ folder: String) throws(SystemError) {
    let mode = rights.folder | Self.settledBit
    try within(folder) { (descriptor) throws(SystemError) in
      try descriptor.setPermissions(mode)
    }
  }

  package func isSettled(_ folder: String) throws(SystemError) -> Bool {
    if isGone(folder) { forget(folder) }
    return try within(folder) { (descriptor) throws(SystemError) in
      try descriptor.status().mode & Self.settledBit != 0
    }
  }

  package func makeWatch() -> (any FolderWatch)? { InotifyWatch(root: path) }

  package func withLock(
    _ path: String, patience: Int64, _ body: () -> Void
  ) throws(SystemError) -> Bool {
    let lock = FileLock(try openFile(path, .readWrite, .create))
    let deadline = SystemClock.monotonicNanoseconds() &+ patience
    guard try lock.lock(deadline: deadline) else { return false }
    defer { try? lock.unlock() }
    // Whoever had the lock before may have removed the file, and then it is no lock any more.
    guard try lock.descriptor.status().links > 0 else {
      throw SystemError(.noSuchFile, call: "flock", subject: path)
    }
    body()
    return true
  }
}
