import PosixIO
package import Storage

/// Where stores of files may lie.
package enum LocalVolume {
  /// Refuses network and user-space file systems, whose locks and syncs are unreliable (design.md §4).
  ///
  /// - Throws: `forbidden` with the kind of the file system.
  package static func require(_ path: String) throws(StorageError) {
    let kind: FileSystemKind
    do { kind = try Volume(of: path).kind } catch { throw StorageError(error, at: path) }
    guard kind.isTrusted else {
      throw .forbidden(
        path: path,
        detail: "it lies on a \(kind.name) file system, where locks cannot be trusted; "
          + "use a local disk")
    }
  }
}
