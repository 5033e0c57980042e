import Jobs
import Storage

/// The keys of one staged bulk, so that later jobs of it see earlier ones.
///
/// A private database that SQLite deletes by itself: most of it is in a file, so a million keys cost
/// no memory, and nothing of it is in the store.
final class BulkKeys {
  private let connection: Connection
  private let path: String

  init(path: String) throws(StorageError) {
    self.path = path
    do {
      connection = try Connection("", .readWrite)
      try connection.execute(
        """
        PRAGMA journal_mode=OFF; PRAGMA cache_size=-4000;
        CREATE TABLE keys(kind INTEGER, queue TEXT, key TEXT, id INTEGER, digest BLOB,
          PRIMARY KEY(kind, queue, key)) WITHOUT ROWID;
        BEGIN
        """)
    } catch {
      throw error.storageError(at: path)
    }
  }

  deinit { connection.close() }

  private static let unique: Int64 = 0
  private static let idempotency: Int64 = 1

  /// The earlier job of the bulk that was the same request as this one.
  ///
  /// - Throws: `keyConflict` where it used the idempotency key with other content.
  func request(_ job: NewJob) throws(StorageError) -> JobID? {
    guard let key = job.idempotencyKey, let found = try find(Self.idempotency, key, job.queue),
      let holder = JobID(rawValue: found.id)
    else { return nil }
    guard found.digest == job.contentDigest else {
      throw .keyConflict(
        KeyConflict(kind: .idempotency, key: key, queue: job.queue, holder: holder))
    }
    return holder
  }

  /// The earlier job of the bulk that has the unique key of this one, and is the answer to it.
  ///
  /// - Throws: `keyConflict` where that is not to be.
  func unique(_ job: NewJob) throws(StorageError) -> JobID? {
    guard let key = job.uniqueKey, let found = try find(Self.unique, key, job.queue),
      let holder = JobID(rawValue: found.id)
    else { return nil }
    guard job.onConflict == .fail else { return holder }
    throw .keyConflict(KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder))
  }

  /// Remembers the keys of a job that the bulk makes.
  func add(_ job: NewJob, as id: JobID) throws(StorageError) {
    if let key = job.uniqueKey { try add(Self.unique, key, job.queue, id, nil) }
    guard let key = job.idempotencyKey else { return }
    try add(Self.idempotency, key, job.queue, id, job.contentDigest)
  }

  private func find(
    _ kind: Int64, _ key: String, _ queue: QueueName
  ) throws(StorageError) -> (id: Int64, digest: [UInt8]?)? {
    do {
      let statement = try connection.statement(
        "SELECT id, digest FROM keys WHERE kind = ?1 AND queue = ?2 AND key = ?3")
      statement.bind(1, kind)
      statement.bind(2, queue.description)
      statement.bind(3, key)
      defer { statement.reset() }
      return try statement.step() ? (statement.integer(0), statement.optionalBytes(1)) : nil
    } catch {
      throw error.storageError(at: path)
    }
  }

  private func add(
    _ kind: Int64, _ key: String, _ queue: QueueName, _ id: JobID, _ digest: [UInt8]?
  ) throws(StorageError) {
    do {
      let statement = try connection.statement("INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5)")
      statement.bind(1, kind)
      statement.bind(2, queue.description)
      statement.bind(3, key)
      statement.bind(4, id.rawValue)
      statement.bind(5, digest)
      try statement.run()
    } catch {
      throw error.storageError(at: path)
    }
  }
}
