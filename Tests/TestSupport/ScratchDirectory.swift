package import PosixIO

/// A fresh directory of a test's own, removed with all it holds when this value goes.
///
/// Keep it in a property of the suite, or use ``with(_:)``: only a value that is still referred to
/// keeps its directory.
package final class ScratchDirectory: Sendable {
  /// Its absolute path, without symbolic links.
  package let path: String
  private let root: String
  private let name: String
  private let identity: FileStatus

  /// Makes a directory with mode 0700 under `$QCTL_TEST_TMP`, `$TMPDIR` or `/tmp`, or under `root`.
  package init(under root: String? = nil) throws(SystemError) {
    let chosen =
      root ?? EnvironmentBlock.value("QCTL_TEST_TMP") ?? EnvironmentBlock.value("TMPDIR") ?? "/tmp"
    self.root = try FileSystem.realPath(chosen)
    name = "qctl-test-" + String(try Random.word(), radix: 36)
    path = self.root + "/" + name
    try FileSystem.makeDirectory(path, mode: 0o700)
    identity = try FileSystem.linkStatus(of: path)
  }

  deinit { try? remove() }

  /// The path of a name in it.
  package func path(_ name: String) -> String { path + "/" + name }

  /// Removes it and all it holds; no symbolic link is followed.
  ///
  /// - Throws: `invalidArgument` when its place has been taken by something else.
  package func remove() throws(SystemError) {
    let parent = try FileDescriptor.openDirectory(root)
    let found: FileStatus
    do { found = try parent.status(at: name) } catch {
      if error.code == .noSuchFile { return }
      throw error
    }
    guard found.kind == .directory, found.isSameFile(as: identity) else {
      throw SystemError(.invalidArgument, call: "rmdir", subject: path)
    }
    try removeTree(name, in: parent)
  }

  /// Lends a scratch directory to `body`.
  package static func with<Result>(
    _ body: (ScratchDirectory) throws -> Result
  ) throws -> Result {
    let scratch = try ScratchDirectory()
    defer { withExtendedLifetime(scratch) {} }
    return try body(scratch)
  }

  private func removeTree(
    _ name: String, in parent: borrowing FileDescriptor
  ) throws(SystemError) {
    let directory = try parent.openDirectory(at: name)
    var reader = try DirectoryReader(try directory.duplicate())
    while let entry = try reader.next() {
      if try directory.status(at: entry.name).kind == .directory {
        try removeTree(entry.name, in: directory)
      } else {
        try directory.unlink(at: entry.name)
      }
    }
    try parent.removeDirectory(at: name)
  }
}
