import LocalStorage
import PosixIO
import Storage
import Text

/// The checks of a store's folder before anything in it is touched, and its creation.
enum StoreFolder {
  /// The content of the file that makes a folder a store.
  static var format: [UInt8] {
    Array("qctl directory store\nformat \(DirectoryStore.formatVersion)\n".utf8)
  }
  /// Its name.
  static let formatFile = "format"
  /// What belongs to a store from its beginning.
  static let folders = ["tmp", "log", "keys", "bulks", "workers", Shelf.root]

  /// Sees to it that there is a store, or says exactly why not.
  ///
  /// - Returns: the version of its format.
  static func open(_ path: String, for intent: StoreIntent) throws(StorageError) -> Int64 {
    let creates = intent == .create || intent == .adopt
    switch try standing(path) {
    case .nothing:
      guard creates else { throw .missing(path: path) }
      try create(path)
    case .unfinished:
      guard creates else { throw .missing(path: path) }
      try fill(path)
    case .store(let version):
      if intent == .write || creates { try requireWritable(path) }
      return version
    }
    return DirectoryStore.formatVersion
  }

  private enum Standing {
    case nothing
    /// A folder that is empty, or that whoever made it died over.
    case unfinished
    case store(version: Int64)
  }

  private static func standing(_ path: String) throws(StorageError) -> Standing {
    let status: FileStatus
    do { status = try FileSystem.linkStatus(of: path) } catch {
      switch error.code {
      case .noSuchFile: return .nothing
      case .notDirectory:
        throw .foreign(path: path, detail: "a part of its path is a file, not a directory")
      default: throw StorageError(error, at: path)
      }
    }
    guard status.kind != .symbolicLink else {
      throw .foreign(path: path, detail: "it is a symbolic link; name the folder itself")
    }
    guard status.kind == .directory else {
      throw .foreign(path: path, detail: "it is a file, not a directory; sqlite:PATH names a file")
    }
    guard !status.isWorldWritable else {
      throw .forbidden(path: path, detail: "anybody may write to it; run: chmod o-w \(path)")
    }
    try LocalVolume.require(path)
    return try look(into: path)
  }

  private static func look(into path: String) throws(StorageError) -> Standing {
    let bytes: [UInt8]
    do { bytes = try FileSystem.readFile(path + "/format", limit: 4096, .noFollow) } catch {
      guard error.code == .noSuchFile else { throw StorageError(error, at: path) }
      return try requireOurs(path)
    }
    guard let version = version(bytes) else {
      throw .foreign(path: path, detail: "its file 'format' is not that of a directory store")
    }
    guard version <= DirectoryStore.formatVersion else {
      throw .newerVersion(path: path, found: version, known: DirectoryStore.formatVersion)
    }
    return .store(version: version)
  }

  /// The version that a format file says; `nil` for what is none.
  static func version(_ bytes: [UInt8]) -> Int64? {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.count >= 2, lines[0] == "qctl directory store", lines[1].hasPrefix("format ") else {
      return nil
    }
    return Int64(lines[1].dropFirst("format ".count))
  }

  /// A folder without a format file is one to be made, if nothing is in it but what we would put there.
  private static func requireOurs(_ path: String) throws(StorageError) -> Standing {
    let names: [String]
    do { names = try FileSystem.entries(of: path).map(\.name) } catch {
      throw StorageError(error, at: path)
    }
    let foreign = names.first { name in
      !folders.contains(name) && !["last-id", "bell"].contains(name) && !name.hasPrefix(".qctl-")
    }
    if let foreign {
      throw .foreign(
        path: path,
        detail:
          "the folder is no store, and not empty: there is \(TerminalText.escape(foreign, .line))")
    }
    return .unfinished
  }

  private static func create(_ path: String) throws(StorageError) {
    do throws(SystemError) {
      if let parent = FileSystem.parent(of: path), !FileSystem.exists(parent) {
        try FileSystem.makeDirectories(parent, mode: 0o700)
      }
      do throws(SystemError) { try FileSystem.makeDirectory(path, mode: 0o700) } catch {
        guard error.code == .exists else { throw error }
      }
      try sync(FileSystem.parent(of: path) ?? ".")
    } catch { throw StorageError(error, at: path) }
    try LocalVolume.require(path)
    try fill(path)
  }

  /// Makes what belongs to a store, the format last: while that is missing, there is none.
  static func fill(_ path: String) throws(StorageError) {
    do throws(SystemError) {
      let mode = try FileSystem.status(of: path).mode & 0o2770
      for name in folders {
        do throws(SystemError) { try FileSystem.makeDirectory(path + "/" + name, mode: mode) } catch
        {
          guard error.code == .exists else { throw error }
        }
      }
      try sync(path)
      let fileMode: UInt32 = mode & 0o020 != 0 ? 0o660 : 0o600
      try FileSystem.replaceFile(path + "/format", with: format, mode: fileMode)
    } catch { throw StorageError(error, at: path) }
  }

  private static func sync(_ path: String) throws(SystemError) {
    try FileDescriptor.open(path, .readOnly, .directory).sync()
  }

  private static func requireWritable(_ path: String) throws(StorageError) {
    guard !((try? Volume(of: path).isReadOnly) ?? false) else {
      throw .readOnly(path: path, detail: "the file system is read-only")
    }
    guard FileSystem.isAccessible(path, .write) else {
      throw .forbidden(path: path, detail: "it may not be written")
    }
  }
}
