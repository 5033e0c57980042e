package import PosixIO

/// Every operation on files that the store makes, and nothing else makes any.
///
/// Paths are relative to the store's root; `""` is the root itself. One layer, so that a test can
/// stand in for the disk, write down what is done in which order, and build every state that a power
/// cut could leave behind. What an implementation must keep to:
///
/// - a name that is a symbolic link, at the end or on the way, is refused, never followed;
/// - only regular files are read or written, and opening one never waits;
/// - nothing is durable before a sync says so: the bytes of a file after `sync: true`, a name made,
///   moved or removed after `syncFolder` of the folder that holds it.
package protocol FileTree: AnyObject, Sendable {
  /// The names in a folder, in no order; what is no UTF-8 comes with its bytes replaced, and then
  /// opens nothing.
  func names(in folder: String) throws(SystemError) -> [String]
  /// What a name is; a link itself, not what it points to.
  func status(of path: String) throws(SystemError) -> FileStatus
  /// Up to `count` bytes of a file from `offset`, and the file's size.
  func read(_ path: String, at offset: Int64, count: Int) throws(SystemError) -> FilePiece

  /// Makes a file with a content and syncs it; refuses with `exists`.
  func create(_ path: String, _ bytes: [UInt8], sync: Bool) throws(SystemError)
  /// Writes at the end of a file, in one piece even where others do the same, and syncs it.
  ///
  /// - Parameter makes: whether a missing file is made.
  /// - Returns: where the bytes begin.
  func append(
    _ path: String, _ bytes: [UInt8], makes: Bool, sync: Bool
  ) throws(SystemError) -> Int64
  /// Moves a file or a folder with all that is in it; refuses with `exists` where the new name is
  /// taken, unless it replaces.
  func rename(_ path: String, to other: String, replaces: Bool) throws(SystemError)
  /// Removes a name that is no folder.
  func remove(_ path: String) throws(SystemError)

  /// Makes one folder; refuses with `exists`.
  func makeFolder(_ path: String) throws(SystemError)
  /// Removes an empty folder.
  func removeFolder(_ path: String) throws(SystemError)
  /// Makes the names in a folder durable.
  func syncFolder(_ path: String) throws(SystemError)
  /// Makes everything durable that was written to the file system under the root.
  func syncAll() throws(SystemError)

  /// Notes on a folder itself that its name is durable. Only a hint that saves syncs: forgetting it
  /// does no harm.
  func markSettled(_ folder: String) throws(SystemError)
  /// Whether a folder carries that note.
  func isSettled(_ folder: String) throws(SystemError) -> Bool

  /// Something that hears of new names; `nil` where there is no such thing.
  func makeWatch() -> (any FolderWatch)?

  /// Takes an flock(2) on a file, made if need be, for as long as `body` runs.
  ///
  /// - Parameter patience: nanoseconds to wait for the lock.
  /// - Returns: false, with `body` not run, when others held it all the time.
  /// - Throws: `noSuchFile` where whoever had it before has removed the file meanwhile.
  func withLock(_ path: String, patience: Int64, _ body: () -> Void) throws(SystemError) -> Bool
}

/// A part of a file.
package struct FilePiece: Equatable, Sendable {
  /// What was read; shorter than asked for at the end of the file.
  package var bytes: [UInt8]
  /// How large the whole file is.
  package var size: Int64

  /// A part with the size of the whole.
  package init(bytes: [UInt8], size: Int64) {
    self.bytes = bytes
    self.size = size
  }
}

/// A path as folder and name.
struct SplitPath {
  let folder: String
  let name: String

  init(_ path: String) {
    var path = path
    let parts: (folder: String, name: String)? = path.withUTF8 { bytes in
      // By hand, as each call of a store splits two paths, and looks for the last in 90 bytes.
      var slash = bytes.count - 1
      while slash >= 0, bytes[slash] != UInt8(ascii: "/") { slash -= 1 }
      guard slash >= 0 else { return nil }
      return (
        String(decoding: bytes[..<slash], as: UTF8.self),
        String(decoding: bytes[(slash + 1)...], as: UTF8.self)
      )
    }
    (folder, name) = parts ?? ("", path)
  }
}
