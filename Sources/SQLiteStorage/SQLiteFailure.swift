import CSQLite
import Storage

/// A failed SQLite call: its extended result code and what SQLite said.
///
/// Stays inside this room; `StorageError` is what leaves it.
struct SQLiteFailure: Error {
  /// The extended result code.
  let code: Int32
  /// SQLite's own words, for the detail of a message.
  let message: String
  /// `errno` behind it, where there was one.
  let systemError: Int32

  init(_ code: Int32, _ connection: OpaquePointer?) {
    self.code = code
    if let connection {
      message = String(cString: sqlite3_errmsg(connection))
      let isInputOutput = code & 0xff == SQLITE_IOERR
      systemError =
        isInputOutput ? qctl_sqlite_errno(connection) : sqlite3_system_errno(connection)
    } else {
      message = String(cString: sqlite3_errstr(code))
      systemError = 0
    }
  }

  init(_ code: Int32, message: String) {
    self.code = code
    self.message = message
    systemError = 0
  }

  /// The code without its extension.
  var primary: Int32 { code & 0xff }

  /// Whether the disk did not take what it was given: SQLITE_IOERR_FSYNC, or SQLITE_IOERR_DIR_FSYNC,
  /// which a commit in rollback mode may say when its journal is gone already.
  var isFailedSync: Bool { code == SQLITE_IOERR | 4 << 8 || code == SQLITE_IOERR | 5 << 8 }

  /// What the failure means for whoever asked.
  func storageError(at path: String) -> StorageError {
    switch primary {
    case SQLITE_BUSY, SQLITE_LOCKED:
      .busy(path: path, detail: "another process kept it locked")
    case SQLITE_INTERRUPT: .busy(path: path, detail: "the answer took too long")
    case SQLITE_FULL: .full(path: path)
    case SQLITE_READONLY: .readOnly(path: path, detail: message)
    case SQLITE_PERM, SQLITE_AUTH: .forbidden(path: path, detail: message)
    case SQLITE_CORRUPT: .corrupt(path: path, detail: message)
    case SQLITE_NOTADB: .foreign(path: path, detail: "it is not an SQLite database")
    case SQLITE_CANTOPEN: cannotOpen(path)
    case SQLITE_IOERR: inputOutput(path)
    default: .system(path: path, detail: message)
    }
  }

  /// SQLITE_IOERR_SHORT_READ and SQLITE_IOERR_CORRUPTFS, macros that Swift cannot import.
  private static let damage: Set<Int32> = [SQLITE_IOERR | 2 << 8, SQLITE_IOERR | 33 << 8]

  private func cannotOpen(_ path: String) -> StorageError {
    switch systemError {
    case 13, 1: .forbidden(path: path, detail: "permission denied")  // EACCES, EPERM
    case 30: .readOnly(path: path, detail: "the file system is read-only")  // EROFS
    case 28, 122: .full(path: path)  // ENOSPC, EDQUOT
    default: .system(path: path, detail: message)
    }
  }

  private func inputOutput(_ path: String) -> StorageError {
    switch systemError {
    case 28, 122: .full(path: path)  // ENOSPC, EDQUOT
    case 30: .readOnly(path: path, detail: "the file system is read-only")  // EROFS
    case _ where isFailedSync: .outcomeUnknown(path: path, detail: message)
    default:
      Self.damage.contains(code)
        ? .corrupt(path: path, detail: message) : .system(path: path, detail: message)
    }
  }
}
