import Glibc

extension FileSystem {
  /// The whole content of a file.
  ///
  /// - Throws: `fileTooLarge` when it holds more than `limit` bytes.
  package static func readFile(
    _ path: String, limit: Int, _ options: OpenOptions = []
  ) throws(SystemError) -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly, options)
    do { return try file.readAll(limit: limit) } catch { throw error.about(path) }
  }

  /// Puts `bytes` in place of the file at `path`, all or nothing, also across a power cut.
  ///
  /// A temporary file beside the target is written and synced, then renamed, then the directory
  /// is synced. `mode` is set exactly. An error leaves the old content; only one of the last sync
  /// leaves the new content in place, not known to last.
  package static func replaceFile(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(SystemError) {
    guard let parent = parent(of: path) else {
      throw SystemError(.isDirectory, call: "open", subject: path)
    }
    let directory = try FileDescriptor.open(parent, .readOnly, .directory)
    let name = name(of: path)
    let temporary = ".qctl-" + String(try Random.word(), radix: 36) + ".tmp"
    do {
      try writeNew(temporary, in: directory, bytes, mode: mode)
      try directory.rename(temporary, to: name, in: directory)
    } catch {
      // Best effort: the first error is the one to tell.
      try? directory.unlink(at: temporary)
      throw error.about(path)
    }
    do { try directory.sync() } catch { throw error.about(parent) }
  }

  private static func writeNew(
    _ name: String, in directory: borrowing FileDescriptor, _ bytes: [UInt8], mode: UInt32
  ) throws(SystemError) {
    let file = try directory.open(
      at: name, .writeOnly, [.create, .exclusive, .noFollow], mode: mode)
    try file.setPermissions(mode)
    try file.writeAll(bytes)
    try file.sync()
    try file.close()
  }
}
