import CSQLite
import Jobs
import PosixIO
import Storage

extension Session {
  /// Opens a store as the caller intends, or says exactly why not.
  static func open(
    _ path: String, for intent: StoreIntent, stop: StopWish?
  ) throws(StorageError) -> Session {
    let creates = intent == .create || intent == .adopt
    switch try StoreFile.inspect(path) {
    case .nothing:
      guard creates else { throw .missing(path: path) }
      try StoreFile.create(path)
      return try initialise(path, emptyFile: true)
    case .empty:
      guard creates else { throw .foreign(path: path, detail: "it is an empty file") }
      return try initialise(path, emptyFile: true)
    case .file:
      return try openFile(path, for: intent, stop: stop)
    }
  }

  private static func openFile(
    _ path: String, for intent: StoreIntent, stop: StopWish?
  ) throws(StorageError) -> Session {
    let (connection, version) = try connect(path, for: intent, stop: stop)
    guard let version else {
      let isBlank = intent == .create && (try? mayBecomeStore(connection)) == true
      connection.close()
      if isBlank { return try initialise(path, emptyFile: true) }
      guard intent == .adopt else {
        throw .foreign(
          path: path, detail: "it is an SQLite database without a queue in it")
      }
      return try initialise(path, emptyFile: false)
    }
    guard version <= Schema.version else {
      connection.close()
      throw .newerVersion(path: path, found: version, known: Schema.version)
    }
    do {
      if version < Schema.version { try bringUpToDate(path, connection) }
    } catch {
      connection.close()
      guard error.primary == SQLITE_READONLY else { throw error.storageError(at: path) }
      throw .readOnly(
        path: path,
        detail: "it is of the older format \(version), which the first command that may write "
          + "brings up to date")
    }
    do {
      return try start(path, connection, looksOnly: intent == .read)
    } catch {
      connection.close()
      throw error.storageError(at: path)
    }
  }

  /// Opens the file and reads its format version; `nil` where there is no queue in it.
  private static func connect(
    _ path: String, for intent: StoreIntent, stop: StopWish?
  ) throws(StorageError) -> (Connection, Int64?) {
    do {
      return try connectWritable(path, stop: stop)
    } catch {
      let cannotWrite = error.primary == SQLITE_CANTOPEN || error.primary == SQLITE_READONLY
      guard intent == .read, cannotWrite, StoreFile.isOnReadOnlyMount(path) else {
        throw explain(error, path)
      }
    }
    do {
      let connection = try Connection(path, .immutable, stop: stop)
      return (connection, try formatVersion(connection))
    } catch {
      throw error.storageError(at: path)
    }
  }

  private static func connectWritable(
    _ path: String, stop: StopWish?
  ) throws(SQLiteFailure) -> (Connection, Int64?) {
    let connection = try Connection(path, .readWrite, stop: stop)
    do {
      return (connection, try formatVersion(connection))
    } catch {
      connection.close()
      throw error
    }
  }

  /// SQLite says "unable to open" for a folder in which it may not make its log.
  private static func explain(_ failure: SQLiteFailure, _ path: String) -> StorageError {
    guard failure.primary == SQLITE_CANTOPEN else { return failure.storageError(at: path) }
    guard !StoreFile.isOnReadOnlyMount(path) else {
      return .readOnly(path: path, detail: "the file system is read-only")
    }
    guard FileSystem.isAccessible(path, .read) else {
      return .forbidden(path: path, detail: "it may not be read")
    }
    let folder = FileSystem.parent(of: path) ?? "."
    guard FileSystem.isAccessible(folder, .write) else {
      return .forbidden(
        path: path, detail: "SQLite needs to write into its folder, even to read")
    }
    return failure.storageError(at: path)
  }

  private static func formatVersion(_ connection: Connection) throws(SQLiteFailure) -> Int64? {
    do throws(SQLiteFailure) {
      let statement = try connection.statement(
        "SELECT value, typeof(value) FROM qctl_meta WHERE key = 'format_version'")
      defer { statement.reset() }
      guard try statement.step() else { return nil }
      guard statement.text(1) == "integer" else {
        throw SQLiteFailure(SQLITE_CORRUPT, message: "its format version is no number")
      }
      return statement.integer(0)
    } catch {
      guard error.primary == SQLITE_ERROR else { throw error }
    }
    // No such table: none at all, or made by somebody else this very moment.
    let found = try connection.scalarText(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'qctl_meta'")
    guard found != nil else { return nil }
    return try connection.scalarText("SELECT value FROM qctl_meta WHERE key = 'format_version'")
      .flatMap { Int64($0) }
  }

  /// Whether there is nothing in a database but perhaps a queue.
  ///
  /// Whoever made it died before its tables were there, or is at it right now, or has just done it.
  private static func mayBecomeStore(_ connection: Connection) throws(SQLiteFailure) -> Bool {
    try connection.scalarText(
      "SELECT name FROM sqlite_master WHERE name NOT LIKE 'qctl%' AND name NOT LIKE 'sqlite%' LIMIT 1"
    )
      == nil
  }

  /// Settings that hold for one connection; whoever only looks needs none.
  ///
  /// Without a log a commit is the removal of the journal, which only EXTRA syncs: after FULL a power
  /// cut may bring the journal back, and SQLite would undo what was acknowledged.
  ///
  /// The first commit of a log that begins anew cuts off what lies beyond the limit: what a long
  /// reader or a large transaction had made of it goes back to the disk, while a log of the usual
  /// length is written over, which is twice as fast as growing.
  ///
  /// The CHECKs of the tables are for foreign writers. For each row written SQLite puts the list of
  /// states into a temporary b-tree with a pager of its own, a fifth of the time of a claim, to find
  /// what our types cannot get wrong.
  private static func start(
    _ path: String, _ connection: Connection, looksOnly: Bool = false
  ) throws(SQLiteFailure) -> Session {
    guard !looksOnly else { return Session(path: path, connection: connection, usesLog: nil) }
    let usesLog = try connection.usesLog()
    try connection.execute(
      """
      PRAGMA synchronous=\(usesLog ? "NORMAL" : "EXTRA"); PRAGMA ignore_check_constraints=ON;
      PRAGMA journal_size_limit=\(Checkpointer.limit)
      """)
    return Session(path: path, connection: connection, usesLog: usesLog)
  }

  /// Makes the tables; whoever comes second finds them made.
  ///
  /// The folders above a new file are synced first: somebody may have made them just now, and whoever
  /// finds the tables relies on them.
  /// All of it behind the gate: two that switch to the log at once would get "busy" from SQLite,
  /// which does not wait there lest they deadlock.
  private static func initialise(
    _ path: String, emptyFile: Bool
  ) throws(StorageError) -> Session {
    if emptyFile { try StoreFile.syncFolders(above: path) }
    let gate = WriteGate(folder: path + ".qctl")
    let entered = gate?.enter() ?? false
    defer { if entered { gate?.leave() } }
    do throws(SQLiteFailure) {
      let connection = try Connection(path, .readWrite)
      do throws(SQLiteFailure) {
        if emptyFile { _ = try connection.scalarText("PRAGMA journal_mode=WAL") }
        try connection.execute("PRAGMA synchronous=EXTRA")
        try connection.execute("BEGIN IMMEDIATE")
        if try formatVersion(connection) == nil { try createTables(connection) }
        try connection.execute("COMMIT")
        return try start(path, connection)
      } catch {
        connection.close()
        throw error
      }
    } catch {
      throw error.storageError(at: path)
    }
  }

  /// Behind the gate, so that processes that meet an old store together wait for the first.
  private static func bringUpToDate(
    _ path: String, _ connection: Connection
  ) throws(SQLiteFailure) {
    let gate = WriteGate(folder: path + ".qctl")
    let entered = gate?.enter() ?? false
    defer { if entered { gate?.leave() } }
    try connection.execute("PRAGMA synchronous=FULL")
    try connection.execute("BEGIN IMMEDIATE")
    do throws(SQLiteFailure) {
      if let version = try formatVersion(connection), version < Schema.version {
        try Migration.run(from: version, on: connection)
      }
      try connection.execute("COMMIT")
    } catch {
      try? connection.execute("ROLLBACK")
      throw error
    }
  }

  private static func createTables(_ connection: Connection) throws(SQLiteFailure) {
    for statement in Schema.statements {
      try connection.execute(statement)
    }
    let created = SystemClock.wallMilliseconds()
    try connection.execute(
      """
      INSERT INTO qctl_meta(key, value) VALUES
        ('format_version', \(Schema.version)), ('created_at', \(created)),
        ('id_floor', 0)
      """)
    try connection.execute("INSERT INTO qctl_request(created) VALUES (0)")
  }
}
