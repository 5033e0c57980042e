import DirectoryStorage
import Glibc
@testable import PosixIO
import Synchronization

/// Files that are in memory, with a record of everything that was done to them and when it was synced.
final class SimulatedTree: FileTree {
  private struct Disk {
    var state: DiskState
    var events: [DiskEvent] = []
    var settled: Set<Int> = []
  }

  private let disk: Mutex<Disk>

  /// A disk as a power cut left it, or a new one.
  init(_ state: DiskState = DiskState()) {
    disk = Mutex(Disk(state: state))
  }

  /// Everything so far.
  var events: [DiskEvent] { disk.withLock { $0.events } }
  var state: DiskState { disk.withLock { $0.state } }

  /// Notes that a call of the store returned.
  func acknowledge(_ number: Int) {
    disk.withLock { $0.events.append(.acknowledged(number)) }
  }

  private static func error(_ code: Int32, _ path: String) -> SystemError {
    SystemError(SystemError.Code(rawValue: code), call: "simulated", subject: path)
  }

  private func locked<Result: Sendable>(
    _ body: (inout Disk) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try disk.withLock { (disk) throws(SystemError) in try body(&disk) }
  }

  private static func link(_ path: String, _ disk: Disk) throws(SystemError) -> DiskEvent.Link {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { throw error(EINVAL, path) }
    let folder = parts.dropLast().joined(separator: "/")
    guard let inode = disk.state.inode(folder), case .folder = disk.state.nodes[inode] else {
      throw error(ENOENT, path)
    }
    return DiskEvent.Link(folder: inode, name: name)
  }

  private static func inode(_ path: String, _ disk: Disk) throws(SystemError) -> Int {
    guard let inode = disk.state.inode(path) else { throw error(ENOENT, path) }
    return inode
  }
}

// MARK: - Looking

extension SimulatedTree {
  func names(in folder: String) throws(SystemError) -> [String] {
    try locked { (disk) throws(SystemError) in
      guard case .folder(let entries) = disk.state.nodes[try Self.inode(folder, disk)] else {
        throw Self.error(ENOTDIR, folder)
      }
      return Array(entries.keys)
    }
  }

  func status(of path: String) throws(SystemError) -> FileStatus {
    try locked { (disk) throws(SystemError) in
      let inode = try Self.inode(path, disk)
      var found = stat()
      found.st_ino = ino_t(inode)
      switch disk.state.nodes[inode] {
      case .folder: found.st_mode = mode_t(S_IFDIR) | 0o700
      case .file(let bytes):
        found.st_mode = mode_t(S_IFREG) | 0o600
        found.st_size = off_t(bytes.count)
      case nil: throw Self.error(ENOENT, path)
      }
      return FileStatus(found)
    }
  }

  func read(_ path: String, at offset: Int64, count: Int) throws(SystemError) -> FilePiece {
    try locked { (disk) throws(SystemError) in
      guard case .file(let bytes) = disk.state.nodes[try Self.inode(path, disk)] else {
        throw Self.error(EISDIR, path)
      }
      let start = min(Int(offset), bytes.count)
      return FilePiece(
        bytes: Array(bytes[start..<min(start + count, bytes.count)]), size: Int64(bytes.count))
    }
  }

  func isSettled(_ folder: String) throws(SystemError) -> Bool {
    try locked { (disk) throws(SystemError) in
      disk.settled.contains(try Self.inode(folder, disk))
    }
  }

  func makeWatch() -> (any FolderWatch)? { nil }

  func withLock(
    _ path: String, patience: Int64, _ body: () -> Void
  ) throws(SystemError) -> Bool {
    body()
    return true
  }
}

// MARK: - Changing

extension SimulatedTree {
  func create(_ path: String, _ bytes: [UInt8], sync: Bool) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      let inode = try Self.make(path, .file([]), &disk)
      disk.state.nodes[inode] = .file(bytes)
      disk.events.append(.write(inode: inode, bytes: bytes))
      if sync { disk.events.append(.syncFile(inode: inode)) }
    }
  }

  private static func make(
    _ path: String, _ node: DiskState.Node, _ disk: inout Disk
  ) throws(SystemError) -> Int {
    let link = try link(path, disk)
    guard disk.state.entry(link) == nil else { throw error(EEXIST, path) }
    let inode = disk.state.next
    disk.state.next += 1
    disk.state.nodes[inode] = node
    disk.state.set(link, inode)
    let isFolder = if case .folder = node { true } else { false }
    disk.events.append(.made(inode: inode, isFolder: isFolder))
    disk.events.append(.name(inode: inode, from: nil, to: link))
    return inode
  }

  func append(
    _ path: String, _ bytes: [UInt8], makes: Bool, sync: Bool
  ) throws(SystemError) -> Int64 {
    try locked { (disk) throws(SystemError) in
      let inode: Int
      if let found = disk.state.inode(path) {
        inode = found
      } else {
        guard makes else { throw Self.error(ENOENT, path) }
        inode = try Self.make(path, .file([]), &disk)
      }
      guard case .file(let before) = disk.state.nodes[inode] else {
        throw Self.error(EISDIR, path)
      }
      disk.state.nodes[inode] = .file(before + bytes)
      disk.events.append(.write(inode: inode, bytes: bytes))
      if sync { disk.events.append(.syncFile(inode: inode)) }
      return Int64(before.count)
    }
  }

  func rename(_ path: String, to other: String, replaces: Bool) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      let from = try Self.link(path, disk)
      guard let inode = disk.state.entry(from) else { throw Self.error(ENOENT, path) }
      let to = try Self.link(other, disk)
      guard replaces || disk.state.entry(to) == nil else { throw Self.error(EEXIST, other) }
      disk.state.set(from, nil)
      disk.state.set(to, inode)
      disk.events.append(.name(inode: inode, from: from, to: to))
    }
  }

  func remove(_ path: String) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      let link = try Self.link(path, disk)
      guard let inode = disk.state.entry(link) else { throw Self.error(ENOENT, path) }
      guard case .file = disk.state.nodes[inode] else { throw Self.error(EISDIR, path) }
      disk.state.set(link, nil)
      disk.events.append(.name(inode: inode, from: link, to: nil))
    }
  }

  func makeFolder(_ path: String) throws(SystemError) {
    try locked { (disk) throws(SystemError) in _ = try Self.make(path, .folder([:]), &disk) }
  }

  func removeFolder(_ path: String) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      let link = try Self.link(path, disk)
      guard let inode = disk.state.entry(link) else { throw Self.error(ENOENT, path) }
      guard case .folder(let entries) = disk.state.nodes[inode] else {
        throw Self.error(ENOTDIR, path)
      }
      guard entries.isEmpty else { throw Self.error(ENOTEMPTY, path) }
      disk.state.set(link, nil)
      disk.events.append(.name(inode: inode, from: link, to: nil))
    }
  }

  func syncFolder(_ path: String) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      disk.events.append(.syncFolder(inode: try Self.inode(path, disk)))
    }
  }

  func syncAll() throws(SystemError) {
    disk.withLock { $0.events.append(.syncAll) }
  }

  func markSettled(_ folder: String) throws(SystemError) {
    try locked { (disk) throws(SystemError) in
      _ = disk.settled.insert(try Self.inode(folder, disk))
    }
  }
}
