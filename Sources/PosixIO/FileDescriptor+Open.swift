import CPosix
import Glibc

/// What an open file may be used for.
package enum AccessMode: Sendable {
  case readOnly, writeOnly, readWrite

  var flag: Int32 {
    switch self {
    case .readOnly: O_RDONLY
    case .writeOnly: O_WRONLY
    case .readWrite: O_RDWR
    }
  }
}

/// How a file is opened; close-on-exec is always set and needs no option.
package struct OpenOptions: OptionSet, Sendable {
  /// The `O_` flags.
  package let rawValue: Int32

  /// The options with those `O_` flags.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Create it if it is missing (O_CREAT).
  package static let create = Self(rawValue: O_CREAT)
  /// Refuse an existing file, links included (O_EXCL).
  package static let exclusive = Self(rawValue: O_EXCL)
  /// Refuse a symbolic link as the last component (O_NOFOLLOW): `tooManyLinks`.
  package static let noFollow = Self(rawValue: O_NOFOLLOW)
  /// Refuse anything but a directory (O_DIRECTORY).
  package static let directory = Self(rawValue: O_DIRECTORY)
  /// Every write goes to the end (O_APPEND).
  package static let append = Self(rawValue: O_APPEND)
  /// Empty it first (O_TRUNC).
  package static let truncate = Self(rawValue: O_TRUNC)
  /// Never wait, not even for a FIFO's other end (O_NONBLOCK).
  package static let nonBlocking = Self(rawValue: O_NONBLOCK)
  /// Never become this process's controlling terminal (O_NOCTTY).
  package static let noControllingTerminal = Self(rawValue: O_NOCTTY)
}

extension FileDescriptor {
  /// Opens a path; `mode` is what a created file gets, less the umask.
  package static func open(
    _ path: String, _ access: AccessMode = .readOnly, _ options: OpenOptions = [],
    mode: UInt32 = 0o600
  ) throws(SystemError) -> FileDescriptor {
    try BorrowedDescriptor(AT_FDCWD).open(at: path, access, options, mode: mode)
  }

  /// Opens a directory that is no symbolic link, as an anchor for names relative to it.
  package static func openDirectory(_ path: String) throws(SystemError) -> FileDescriptor {
    try open(path, .readOnly, [.directory, .noFollow])
  }
}

extension Descriptor where Self: ~Copyable {
  /// Opens a name relative to this directory.
  package func open(
    at name: String, _ access: AccessMode = .readOnly, _ options: OpenOptions = [],
    mode: UInt32 = 0o600
  ) throws(SystemError) -> FileDescriptor {
    let number = try pathCall("open", name) {
      qctl_open_at(rawValue, name, access.flag | options.rawValue, mode)
    }
    return FileDescriptor(owning: number)
  }

  /// Opens a directory in this one, refusing a symbolic link.
  package func openDirectory(at name: String) throws(SystemError) -> FileDescriptor {
    try open(at: name, .readOnly, [.directory, .noFollow])
  }
}
