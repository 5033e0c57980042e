import CSQLite
import Storage

@testable import SQLiteStorage

/// A file that SQLite has open, whose syncs and log locks a test sees and can make fail.
///
/// The table of the file's methods is replaced by a copy, with a reference to this value behind it.
/// Neither is ever freed: SQLite may close the file at any time.
final class HookedFile {
  /// What a lock call of the write-ahead log asks for.
  enum LogLock: Equatable {
    case checkpointTaken
    case writeReleased
  }

  /// Decides what a sync says; `SQLITE_OK` for what the true one says.
  var onSync: () -> Int32 = { SQLITE_OK }
  /// Called before the checkpoint lock is taken, and after the write lock was released.
  var onLock: (LogLock) -> Void = { _ in }
  /// How many syncs were asked for.
  var syncs = 0

  private let original: UnsafePointer<sqlite3_io_methods>

  /// The write-ahead log of an open store.
  static func log(of store: SQLiteStore) throws -> HookedFile {
    try HookedFile(store, SQLITE_FCNTL_JOURNAL_POINTER)
  }

  /// The database file of an open store.
  static func database(of store: SQLiteStore) throws -> HookedFile {
    try HookedFile(store, SQLITE_FCNTL_FILE_POINTER)
  }

  private init(_ store: SQLiteStore, _ which: Int32) throws {
    var file: UnsafeMutablePointer<sqlite3_file>?
    let handle = try store.handle
    let code = sqlite3_file_control(handle, "main", which, &file)
    guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods else {
      throw SQLiteFailure(code, handle)
    }
    original = methods
    let block = UnsafeMutableRawPointer.allocate(byteCount: Self.table + 8, alignment: 16)
    let copy = block.initializeMemory(as: sqlite3_io_methods.self, to: methods.pointee)
    block.storeBytes(
      of: Unmanaged.passRetained(self).toOpaque(), toByteOffset: Self.table,
      as: UnsafeMutableRawPointer.self)
    copy.pointee.xSync = { file, flags in HookedFile.of(file)?.sync(file, flags) ?? SQLITE_ERROR }
    copy.pointee.xShmLock = { file, first, count, flags in
      HookedFile.of(file)?.lock(file, first, count, flags) ?? SQLITE_ERROR
    }
    file.pointee.pMethods = UnsafePointer(copy)
  }

  private static let table = MemoryLayout<sqlite3_io_methods>.stride

  private static func of(_ file: UnsafeMutablePointer<sqlite3_file>?) -> HookedFile? {
    guard let methods = file?.pointee.pMethods else { return nil }
    let address = UnsafeRawPointer(methods).load(
      fromByteOffset: table, as: UnsafeMutableRawPointer.self)
    return Unmanaged<HookedFile>.fromOpaque(address).takeUnretainedValue()
  }

  private func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
    syncs += 1
    let code = onSync()
    guard code == SQLITE_OK else { return code }
    return original.pointee.xSync(file, flags)
  }

  /// Bytes 0 and 1 of the log's lock area: its writer and its checkpointer (sqlite.org/walformat.html).
  private func lock(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ first: Int32, _ count: Int32, _ flags: Int32
  ) -> Int32 {
    if first == 1, flags & SQLITE_SHM_LOCK != 0 { onLock(.checkpointTaken) }
    let code = original.pointee.xShmLock(file, first, count, flags)
    if first == 0, flags & SQLITE_SHM_UNLOCK != 0 { onLock(.writeReleased) }
    return code
  }
}

extension SQLiteStore {
  /// SQLite's own connection of the store.
  var handle: OpaquePointer {
    get throws { try connection.handle }
  }

  /// The connection of the store, for tests that ask it for settings.
  var connection: Connection {
    get throws {
      try withSession { session throws(StorageError) in session.connection }
    }
  }
}
