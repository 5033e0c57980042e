import Glibc

/// What sort of thing a name stands for.
package enum FileKind: Hashable, Sendable {
  case regular, directory, symbolicLink, pipe, socket, characterDevice, blockDevice, unknown
}

/// What stat(2) tells about a file.
package struct FileStatus: Hashable, Sendable {
  /// What sort of file it is.
  package let kind: FileKind
  /// Bytes.
  package let size: Int64
  /// Permission bits, the set-id and sticky bits included (07777).
  package let mode: UInt32
  /// The owner.
  package let uid: UInt32
  /// The owning group.
  package let gid: UInt32
  /// The device it lies on; with `inode` it identifies the file.
  package let device: UInt64
  /// Its number on that device.
  package let inode: UInt64
  /// How many names it has.
  package let links: UInt64
  /// Last change of the content, nanoseconds since 1970.
  package let modifiedNanoseconds: Int64

  init(_ found: stat) {
    kind = FileKind(mode: UInt32(found.st_mode))
    size = Int64(found.st_size)
    mode = UInt32(found.st_mode) & 0o7777
    uid = found.st_uid
    gid = found.st_gid
    device = UInt64(found.st_dev)
    inode = UInt64(found.st_ino)
    links = UInt64(found.st_nlink)
    modifiedNanoseconds = nanoseconds(found.st_mtim)
  }

  /// True when users other than owner and group may write to it.
  package var isWorldWritable: Bool { mode & 0o002 != 0 }

  /// True when both name the very same file.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}

extension FileKind {
  init(mode: UInt32) {
    self =
      switch mode & UInt32(S_IFMT) {
      case UInt32(S_IFREG): .regular
      case UInt32(S_IFDIR): .directory
      case UInt32(S_IFLNK): .symbolicLink
      case UInt32(S_IFIFO): .pipe
      case UInt32(S_IFSOCK): .socket
      case UInt32(S_IFCHR): .characterDevice
      case UInt32(S_IFBLK): .blockDevice
      default: .unknown
      }
  }

  /// From readdir's hint, which is the same number without its lower bits.
  init(directoryType: UInt8) { self.init(mode: UInt32(directoryType) << 12) }
}

/// A timespec as one number; wraps in the year 2262.
func nanoseconds(_ time: timespec) -> Int64 {
  Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
