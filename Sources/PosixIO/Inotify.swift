import CPosix
import Glibc

/// Changes of files, told by the kernel as they happen.
package struct Inotify: ~Copyable, Sendable, Descriptor {
  private let descriptor: FileDescriptor

  /// What to tell of, or what happened.
  package struct Mask: OptionSet, Hashable, Sendable {
    /// The `IN_` bits.
    package let rawValue: UInt32

    /// The mask with those bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The content was changed.
    package static let modify = Self(rawValue: 0x002)
    /// Rights, times or the number of names changed.
    package static let attributes = Self(rawValue: 0x004)
    /// One that had it open for writing closed it.
    package static let closeWrite = Self(rawValue: 0x008)
    /// A name was moved out of the directory.
    package static let movedFrom = Self(rawValue: 0x040)
    /// A name was moved into the directory.
    package static let movedTo = Self(rawValue: 0x080)
    /// A name was made in the directory.
    package static let create = Self(rawValue: 0x100)
    /// A name was removed from the directory.
    package static let delete = Self(rawValue: 0x200)
    /// The watched thing itself was removed.
    package static let deleteSelf = Self(rawValue: 0x400)
    /// The watched thing itself was moved.
    package static let moveSelf = Self(rawValue: 0x800)
    /// Refuse to watch anything but a directory; only asked for.
    package static let onlyFolders = Self(rawValue: 0x0100_0000)
    /// Refuse a symbolic link; only asked for.
    package static let noFollow = Self(rawValue: 0x0200_0000)
    /// Events were lost; only found, never asked for.
    package static let overflow = Self(rawValue: 0x4000)
    /// The watch has ended; only found, never asked for.
    package static let ignored = Self(rawValue: 0x8000)
  }

  /// One thing that happened.
  package struct Event: Hashable, Sendable {
    /// The watch it belongs to; -1 for an overflow.
    package let watch: Int32
    /// What happened.
    package let mask: Mask
    /// Joins the two halves of a move.
    package let cookie: UInt32
    /// The name in the watched directory; empty for the watched thing itself.
    package let name: String
  }

  /// Readable while events wait.
  package var rawValue: Int32 { descriptor.rawValue }

  /// Watches nothing yet; its descriptor is non-blocking.
  package init() throws(SystemError) {
    descriptor = FileDescriptor(owning: try systemCall("inotify_init1") { qctl_inotify_create() })
  }

  /// Watches a path, and answers the number its events carry.
  package func watch(_ path: String, _ mask: Mask) throws(SystemError) -> Int32 {
    try pathCall("inotify_add_watch", path) {
      inotify_add_watch(descriptor.rawValue, path, mask.rawValue)
    }
  }

  /// Ends a watch.
  package func remove(_ watch: Int32) throws(SystemError) {
    _ = try systemCall("inotify_rm_watch") { inotify_rm_watch(descriptor.rawValue, watch) }
  }

  /// The events that wait; none when there are none.
  package func events() throws(SystemError) -> [Event] {
    do {
      return Self.parse(try descriptor.read(upTo: 16 << 10))
    } catch {
      if error.code == .wouldBlock { return [] }
      throw error
    }
  }

  // Each record is four 32-bit words (watch, mask, cookie, length of the name) and the name,
  // padded with NULs: inotify(7).
  private static func parse(_ bytes: [UInt8]) -> [Event] {
    var found: [Event] = []
    bytes.withUnsafeBytes { buffer in
      var start = 0
      while start + 16 <= buffer.count {
        let length = Int(buffer.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
        let end = min(start + 16 + length, buffer.count)
        let name = buffer[(start + 16)..<end].prefix { $0 != 0 }
        found.append(
          Event(
            watch: buffer.loadUnaligned(fromByteOffset: start, as: Int32.self),
            mask: Mask(
              rawValue: buffer.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self)),
            cookie: buffer.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self),
            name: String(decoding: name, as: UTF8.self)))
        start = end
      }
    }
    return found
  }
}
