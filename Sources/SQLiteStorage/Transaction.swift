import Jobs
import Storage

/// What one write transaction gathers before it ends: counts are added up here and written once.
struct Transaction {
  let connection: Connection
  let path: String
  /// Whether anything was written, so that an idle claim costs no sync.
  private(set) var hasChanged = false
  private var counts: [QueueName: CountChange] = [:]

  init(connection: Connection, path: String) {
    self.connection = connection
    self.path = path
  }

  /// Runs statements, with SQLite's failures put in the store's words.
  func sql<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body(connection)
    } catch {
      throw error.storageError(at: path)
    }
  }

  /// As `sql`, for what writes.
  mutating func change<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    hasChanged = true
    return try sql(body)
  }

  /// Notes that a job of `queue` went from one state to another; `nil` for not being there.
  mutating func count(_ queue: QueueName, from old: JobState?, to new: JobState?) {
    guard old != new else { return }
    counts[queue, default: CountChange()].move(from: old, to: new)
  }

  /// Notes something that is only ever added up.
  mutating func tally(_ queue: QueueName, _ total: CountChange.Total) {
    counts[queue, default: CountChange()].add(total)
  }

  /// Writes the counts.
  mutating func finish() throws(StorageError) {
    guard !counts.isEmpty else { return }
    let pending = counts
    counts.removeAll()
    for (queue, change) in pending where !change.isEmpty {
      try self.change { connection throws(SQLiteFailure) in
        try change.write(to: queue, on: connection)
      }
    }
  }
}
