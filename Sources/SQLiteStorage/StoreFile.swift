import LocalStorage
import PosixIO
import Storage

/// The checks of a store's file before SQLite ever touches it, and its creation.
///
/// Everything here happens while SQLite does not have the file open in this process: closing a
/// descriptor of an open database would drop its locks (sqlite.org/howtocorrupt.html, 2.2).
enum StoreFile {
  /// What stands at a path.
  enum Standing {
    case nothing
    /// A file without any bytes: to SQLite an empty database.
    case empty
    case file
  }

  /// Looks at a path, and refuses what can't be trusted as a store.
  static func inspect(_ path: String) throws(StorageError) -> Standing {
    let status: FileStatus
    do {
      status = try FileSystem.status(of: path)
    } catch {
      return try standing(after: error, at: path)
    }
    switch status.kind {
    case .regular: break
    case .directory:
      throw .foreign(path: path, detail: "it is a directory")
    case .symbolicLink, .pipe, .socket, .characterDevice, .blockDevice, .unknown:
      throw .foreign(path: path, detail: "it is not a regular file")
    }
    guard !status.isWorldWritable else {
      throw .forbidden(path: path, detail: "anybody may write to it; run: chmod o-w \(path)")
    }
    try LocalVolume.require(path)
    // SQLite takes one byte for none (unixFileSize), and would write over it.
    guard status.size != 1 else {
      throw .foreign(path: path, detail: "it is not an SQLite database")
    }
    return status.size == 0 ? .empty : .file
  }

  /// Makes an empty file that only its owner can read, and the folder above it.
  static func create(_ path: String) throws(StorageError) {
    do {
      if let folder = FileSystem.parent(of: path), !FileSystem.exists(folder) {
        try FileSystem.makeDirectories(folder, mode: 0o700)
      }
      let file = try FileDescriptor.open(
        path, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
      try file.close()
    } catch {
      guard error.code != .exists else { return }  // somebody else was faster; that is fine
      throw StorageError(error, at: path)
    }
    try LocalVolume.require(path)
  }

  /// Makes the names of all folders above a new file outlast a power cut.
  ///
  /// Which of them are new cannot be known, since another process may have made them just before. A
  /// folder that may not be read was made by somebody else for something else.
  static func syncFolders(above path: String) throws(StorageError) {
    var folder = FileSystem.parent(of: path)
    while let name = folder {
      if let directory = try? FileDescriptor.open(name, .readOnly, [.directory]) {
        do {
          try directory.sync()
        } catch {
          // Not every file system can sync a folder.
          guard error.code == .invalidArgument || error.code == .readOnlyFileSystem else {
            throw StorageError(error, at: path)
          }
        }
      }
      folder = name == "." ? nil : FileSystem.parent(of: name)
    }
  }

  /// Whether the file system below is mounted read-only, so that nothing can change underneath.
  static func isOnReadOnlyMount(_ path: String) -> Bool {
    (try? Volume(of: path).isReadOnly) ?? false
  }

  private static func standing(
    after error: SystemError, at path: String
  ) throws(StorageError) -> Standing {
    switch error.code {
    case .noSuchFile: return .nothing
    case .notDirectory:
      throw .foreign(path: path, detail: "a part of its path is a file, not a directory")
    default: throw StorageError(error, at: path)
    }
  }
}
