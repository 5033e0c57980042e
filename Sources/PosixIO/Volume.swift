import CPosix

/// The kind of file system a path lies on, by statfs(2)'s magic number.
package enum FileSystemKind: Hashable, Sendable {
  case ext, xfs, btrfs, zfs, tmpfs, overlay
  /// One that other hosts share, where locks or memory maps cannot be relied upon.
  case network(String)
  /// One served by a program (FUSE and the like).
  case userSpace(String)
  /// Anything else, by its magic number.
  case other(UInt32)

  /// True for those that a store may live on: local, with working locks, maps and syncs.
  package var isTrusted: Bool {
    switch self {
    case .ext, .xfs, .btrfs, .zfs, .tmpfs, .overlay: true
    case .network, .userSpace, .other: false
    }
  }

  /// A word for messages.
  package var name: String {
    switch self {
    case .ext: "ext2/3/4"
    case .xfs: "xfs"
    case .btrfs: "btrfs"
    case .zfs: "zfs"
    case .tmpfs: "tmpfs"
    case .overlay: "overlay"
    case .network(let name), .userSpace(let name): name
    case .other(let magic): "0x" + String(magic, radix: 16)
    }
  }

  /// From the magic numbers of statfs(2) and the kernel's `linux/magic.h`.
  package init(magic: UInt32) {
    self =
      switch magic {
      case 0xEF53: .ext
      case 0x5846_5342: .xfs
      case 0x9123_683E: .btrfs
      case 0x2FC1_2FC1: .zfs
      case 0x0102_1994: .tmpfs
      case 0x794C_7630: .overlay
      case 0x6969: .network("nfs")
      case 0x517B: .network("smb")
      case 0xFE53_4D42: .network("smb2")
      case 0xFF53_4D42: .network("cifs")
      case 0x00C3_6400: .network("ceph")
      case 0x5346_414F: .network("afs")
      case 0x7375_7245: .network("coda")
      case 0x0116_1970: .network("gfs2")
      case 0x7461_636F: .network("ocfs2")
      case 0x0BD0_0BD0: .network("lustre")
      case 0x4750_4653: .network("gpfs")
      case 0x0102_1997: .network("9p")
      case 0x6573_5546: .userSpace("fuse")
      case 0x786F_4256: .userSpace("vboxsf")
      default: .other(magic)
      }
  }
}

/// The file system under a path.
package struct Volume: Hashable, Sendable {
  /// What kind it is.
  package let kind: FileSystemKind
  /// Bytes that an ordinary user may still write.
  package let availableBytes: UInt64
  /// Bytes in all.
  package let totalBytes: UInt64
  /// Whether it is mounted so that nobody can write to it.
  package let isReadOnly: Bool

  /// Asks about the file system that `path`, which must exist, lies on.
  package init(of path: String) throws(SystemError) {
    var found = qctl_volume()
    try pathCall("statfs", path) { qctl_volume_of(path, &found) }
    kind = FileSystemKind(magic: UInt32(truncatingIfNeeded: found.magic))
    availableBytes = found.available_bytes
    totalBytes = found.total_bytes
    isReadOnly = found.is_read_only != 0
  }
}
