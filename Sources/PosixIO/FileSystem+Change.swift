import CPosix
import Glibc

extension FileSystem {
  /// Renames, replacing what has the new name.
  package static func rename(_ path: String, to other: String) throws(SystemError) {
    try pathCall("rename", path, other) { Glibc.rename(path, other) }
  }

  /// Renames, refusing with `exists` when the new name is taken.
  package static func renameNoReplace(_ path: String, to other: String) throws(SystemError) {
    try pathCall("renameat2", path, other) {
      qctl_rename_no_replace(AT_FDCWD, path, AT_FDCWD, other)
    }
  }

  /// Removes a name that is not a directory.
  package static func unlink(_ path: String) throws(SystemError) {
    try pathCall("unlink", path) { Glibc.unlink(path) }
  }

  /// Removes an empty directory.
  package static func removeDirectory(_ path: String) throws(SystemError) {
    try pathCall("rmdir", path) { rmdir(path) }
  }

  /// Gives a file a second name, refusing with `exists` when it is taken.
  package static func link(_ path: String, as other: String) throws(SystemError) {
    try pathCall("link", path, other) { Glibc.link(path, other) }
  }

  /// Makes a symbolic link at `path` that says `target`.
  package static func symbolicLink(_ path: String, to target: String) throws(SystemError) {
    try pathCall("symlink", path, target) { symlink(target, path) }
  }

  /// Sets permission bits, following symbolic links.
  package static func setPermissions(
    _ path: String, _ mode: UInt32
  ) throws(SystemError) {
    try pathCall("chmod", path) { chmod(path, mode_t(mode)) }
  }

  /// Changes owner and group of the file itself, even if a symbolic link; nil leaves one.
  package static func setOwner(
    _ path: String, user: UInt32?, group: UInt32?
  ) throws(SystemError) {
    try pathCall("lchown", path) { lchown(path, user ?? .max, group ?? .max) }
  }

  /// What a symbolic link says.
  package static func readLink(_ path: String) throws(SystemError) -> String {
    let capacity = Int(PATH_MAX)
    var buffer = [CChar](repeating: 0, count: capacity)
    let count = try pathCall("readlink", path) { readlink(path, &buffer, capacity) }
    return text(of: buffer.prefix(max(0, count)))
  }

  /// The absolute path without symbolic links, `.` or `..`.
  package static func realPath(_ path: String) throws(SystemError) -> String {
    if hasNUL(path) {
      throw SystemError(.invalidArgument, call: "realpath", subject: path)
    }
    guard let found = realpath(path, nil) else {
      throw SystemError(SystemError.Code(errno), call: "realpath", subject: path)
    }
    defer { free(found) }
    return String(cString: found)
  }

  /// Sets the bits that new files do not get, and returns those before; process-wide.
  @discardableResult
  package static func setUmask(_ mask: UInt32) -> UInt32 { UInt32(umask(mode_t(mask))) }

  /// The working directory.
  package static func currentDirectory() throws(SystemError) -> String {
    guard let found = getcwd(nil, 0) else {
      throw SystemError(SystemError.Code(errno), call: "getcwd")
    }
    defer { free(found) }
    return String(cString: found)
  }
}
