import CPosix
import Glibc

/// Anything that names an open file of this process: owned, standard, or borrowed by number.
///
/// An implementer must not close the descriptor while a call that uses it is running.
package protocol Descriptor: ~Copyable {
  /// The number the kernel knows it by.
  var rawValue: Int32 { get }
}

/// A descriptor that somebody else owns, such as one that an epoll event names.
package struct BorrowedDescriptor: Descriptor, Hashable, Sendable {
  /// The number the kernel knows it by.
  package let rawValue: Int32

  /// Names an open descriptor without taking it over.
  package init(_ rawValue: Int32) { self.rawValue = rawValue }
}

/// One of the three streams every process starts with; never closed by us.
package enum StandardStream: Int32, Descriptor, Sendable, CaseIterable {
  case input = 0
  case output = 1
  case error = 2
}

extension Descriptor where Self: ~Copyable {
  /// True when it is a terminal.
  package var isTTY: Bool { isatty(rawValue) == 1 }

  /// What the kernel knows about the open file.
  package func status() throws(SystemError) -> FileStatus {
    var found = stat()
    _ = try systemCall("fstat") { fstat(rawValue, &found) }
    return FileStatus(found)
  }

  /// Forces data and all metadata to the disk.
  package func sync() throws(SystemError) {
    _ = try systemCall("fsync") { fsync(rawValue) }
  }

  /// Forces data, and only the metadata needed to read it back, to the disk.
  package func syncData() throws(SystemError) {
    _ = try systemCall("fdatasync") { fdatasync(rawValue) }
  }

  /// Cuts or extends the file to `size` bytes.
  package func truncate(to size: Int64) throws(SystemError) {
    _ = try systemCall("ftruncate") { ftruncate(rawValue, off_t(size)) }
  }

  /// Moves the read and write position to `offset` bytes from the start.
  package func seek(to offset: Int64) throws(SystemError) {
    _ = try systemCall("lseek") { lseek(rawValue, off_t(offset), SEEK_SET) }
  }

  /// Where the next read or write begins, in bytes from the start.
  package func position() throws(SystemError) -> Int64 {
    Int64(try systemCall("lseek") { lseek(rawValue, 0, SEEK_CUR) })
  }

  /// Forces everything to the disk that was written to the file system on which it lies.
  package func syncFileSystem() throws(SystemError) {
    _ = try systemCall("syncfs") { qctl_sync_file_system(rawValue) }
  }

  /// Makes reads and writes answer `wouldBlock` instead of waiting, or wait again.
  ///
  /// The setting belongs to the open file, so all copies of the descriptor share it.
  package func setNonBlocking(_ enabled: Bool = true) throws(SystemError) {
    _ = try systemCall("fcntl") { qctl_set_nonblocking(rawValue, enabled ? 1 : 0) }
  }

  /// How many bytes were written into a pipe and not read yet; either end will do.
  package func unreadCount() throws(SystemError) -> Int {
    var count: Int32 = 0
    _ = try systemCall("ioctl") { qctl_unread(rawValue, &count) }
    return Int(count)
  }

  /// Sets permission bits exactly, whatever the umask.
  package func setPermissions(_ mode: UInt32) throws(SystemError) {
    _ = try systemCall("fchmod") { fchmod(rawValue, mode_t(mode)) }
  }

  /// Changes owner and group; nil leaves one as it is.
  package func setOwner(user: UInt32?, group: UInt32?) throws(SystemError) {
    _ = try systemCall("fchown") { fchown(rawValue, user ?? .max, group ?? .max) }
  }

  /// A second descriptor for the same open file, closed on exec and never a standard one.
  package func duplicate() throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try systemCall("dup") { qctl_duplicate(rawValue, 3) })
  }
}
