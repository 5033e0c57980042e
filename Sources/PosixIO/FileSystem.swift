import CPosix
import Glibc

/// Operations on names in the file tree.
package enum FileSystem {
  static let here = BorrowedDescriptor(AT_FDCWD)

  /// What stat(2) tells, following symbolic links.
  package static func status(of path: String) throws(SystemError) -> FileStatus {
    try here.status(at: path, followLinks: true)
  }

  /// What lstat(2) tells: of a symbolic link, about the link itself.
  package static func linkStatus(of path: String) throws(SystemError) -> FileStatus {
    try here.status(at: path)
  }

  /// True when something has that name; false also when it cannot be known.
  package static func exists(_ path: String) -> Bool {
    isAccessible(path, .exists)
  }

  /// What ``isAccessible(_:_:)`` asks for.
  package enum Access: Sendable {
    case exists, read, write, execute

    var mode: Int32 {
      switch self {
      case .exists: F_OK
      case .read: R_OK
      case .write: W_OK
      case .execute: X_OK
      }
    }
  }

  /// True when the effective user may do that now.
  package static func isAccessible(_ path: String, _ access: Access) -> Bool {
    if hasNUL(path) { return false }
    return faccessat(AT_FDCWD, path, access.mode, AT_EACCESS) == 0
  }

  /// Makes one directory; `mode` less the umask.
  package static func makeDirectory(
    _ path: String, mode: UInt32 = 0o700
  ) throws(SystemError) {
    try here.makeDirectory(at: path, mode: mode)
  }

  /// Makes a directory and those above it that are missing; an existing directory is fine.
  package static func makeDirectories(
    _ path: String, mode: UInt32 = 0o700
  ) throws(SystemError) {
    do {
      try makeDirectory(path, mode: mode)
    } catch {
      if error.code == .exists {
        if try status(of: path).kind == .directory { return }
        throw SystemError(.notDirectory, call: "mkdir", subject: path)
      }
      guard error.code == .noSuchFile, let parent = parent(of: path) else { throw error }
      try makeDirectories(parent, mode: mode)
      // Another process may make it first; then it is there, which is all we want.
      do { try makeDirectory(path, mode: mode) } catch {
        if error.code != .exists { throw error }
      }
    }
  }

  /// The directory part of a path: `.` for a bare name, nil for `/` and for the empty path.
  package static func parent(of path: String) -> String? {
    var bytes = path.utf8[...]
    while bytes.count > 1 && bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.count > 1 || bytes.first != UInt8(ascii: "/") else { return nil }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    var head = bytes[..<slash]
    while head.last == UInt8(ascii: "/") { head.removeLast() }
    return head.isEmpty ? "/" : String(Substring(head))
  }

  /// The last component of a path, without trailing slashes.
  package static func name(of path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
      return String(Substring(bytes))
    }
    return String(Substring(bytes[bytes.index(after: slash)...]))
  }
}
