import CPosix
import Glibc

/// Names relative to an open directory, so that nobody can swap the directory meanwhile.
extension Descriptor where Self: ~Copyable {
  /// What the kernel knows about a name here.
  package func status(
    at name: String, followLinks: Bool = false
  ) throws(SystemError) -> FileStatus {
    var found = stat()
    try pathCall("stat", name) {
      fstatat(rawValue, name, &found, followLinks ? 0 : AT_SYMLINK_NOFOLLOW)
    }
    return FileStatus(found)
  }

  /// Makes a directory here; `mode` less the umask.
  package func makeDirectory(at name: String, mode: UInt32 = 0o700) throws(SystemError) {
    try pathCall("mkdir", name) { mkdirat(rawValue, name, mode_t(mode)) }
  }

  /// Removes a name that is not a directory.
  package func unlink(at name: String) throws(SystemError) {
    try pathCall("unlink", name) { unlinkat(rawValue, name, 0) }
  }

  /// Removes an empty directory.
  package func removeDirectory(at name: String) throws(SystemError) {
    try pathCall("rmdir", name) { unlinkat(rawValue, name, AT_REMOVEDIR) }
  }

  /// Moves a name from here to `other` in `directory`, replacing what is there.
  package func rename(
    _ name: String, to other: String, in directory: borrowing some Descriptor & ~Copyable
  ) throws(SystemError) {
    let target = directory.rawValue
    try pathCall("rename", name, other) { renameat(rawValue, name, target, other) }
  }

  /// Moves a name, refusing with `exists` when the new one is taken.
  package func renameNoReplace(
    _ name: String, to other: String, in directory: borrowing some Descriptor & ~Copyable
  ) throws(SystemError) {
    let target = directory.rawValue
    try pathCall("renameat2", name, other) {
      qctl_rename_no_replace(rawValue, name, target, other)
    }
  }

  /// Gives a file here a second name in `directory`, refusing with `exists` when it is taken.
  package func link(
    _ name: String, as other: String, in directory: borrowing some Descriptor & ~Copyable
  ) throws(SystemError) {
    let target = directory.rawValue
    try pathCall("link", name, other) { linkat(rawValue, name, target, other, 0) }
  }
}
