import Jobs

/// A stretch of ids that a staged bulk has filled: a row of qctl_bulks.
///
/// Ids only rise and one transaction fills a stretch, so nobody else's job lies in it.
struct BulkRange {
  var firstID: Int64
  var lastID: Int64
  let bulk: Int64
  /// The queue of all its jobs; `nil` where they differ.
  var queue: QueueName?
  /// When each of its jobs could run at the earliest, if that is the same for all and not later than
  /// the bulk itself; `nil` where only a walk can tell.
  var oldest: Int64?
  /// Whether some job in it has a key to take.
  var isKeyed = false

  init(firstID: Int64, lastID: Int64, bulk: Int64, queue: QueueName?, oldest: Int64?) {
    self.firstID = firstID
    self.lastID = lastID
    self.bulk = bulk
    self.queue = queue
    self.oldest = oldest
  }

  /// Makes room for one more job.
  mutating func take(_ id: JobID, _ queue: QueueName, oldest: Int64?, isKeyed: Bool) {
    lastID = id.rawValue
    if self.queue != queue { self.queue = nil }
    if self.oldest != oldest { self.oldest = nil }
    if isKeyed { self.isKeyed = true }
  }

  /// One stretch of two of the same kind, without anything between.
  func joined(with next: BulkRange) -> BulkRange? {
    guard queue == next.queue, oldest == next.oldest else { return nil }
    var joined = self
    joined.lastID = next.lastID
    joined.isKeyed = isKeyed || next.isKeyed
    return joined
  }
}

// MARK: - Staging

extension BulkRange {
  /// Writes it down, in place of what began with the same id.
  func save(at time: Int64, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_bulks(first_id, last_id, bulk, queue, oldest, keyed, touched_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    statement.bind(1, firstID)
    statement.bind(2, lastID)
    statement.bind(3, bulk)
    statement.bind(4, queue?.description)
    statement.bind(5, oldest)
    statement.bind(6, isKeyed)
    statement.bind(7, time)
    try statement.run()
  }

  /// Whether it is there as it was saved.
  func isUnpublished(on connection: Connection) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      """
      SELECT 1 FROM qctl_bulks WHERE first_id = ?1 AND last_id = ?2 AND bulk = ?3 AND published = 0
      """)
    statement.bind(1, firstID)
    statement.bind(2, lastID)
    statement.bind(3, bulk)
    defer { statement.reset() }
    return try statement.step()
  }

  /// How many rows the stretches of a bulk hold: their ids have no gaps.
  static func unpublishedRows(
    of bulk: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Int64 {
    let statement = try connection.statement(
      "SELECT sum(last_id - first_id + 1) FROM qctl_bulks WHERE bulk = ?1 AND published = 0")
    statement.bind(1, bulk)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  static func publish(_ bulk: Int64, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "UPDATE qctl_bulks SET published = 1 WHERE bulk = ?1")
    statement.bind(1, bulk)
    try statement.run()
  }

  /// Ends the memory of a bulk all of whose jobs are promoted.
  ///
  /// - Returns: how many of its jobs were dropped, since their keys were taken.
  static func forget(_ bulk: Int64, on connection: Connection) throws(SQLiteFailure) -> Int {
    let sum = try connection.statement("SELECT sum(dropped) FROM qctl_bulks WHERE bulk = ?1")
    sum.bind(1, bulk)
    let dropped = try sum.step() ? sum.integer(0) : 0
    sum.reset()
    let delete = try connection.statement("DELETE FROM qctl_bulks WHERE bulk = ?1")
    delete.bind(1, bulk)
    try delete.run()
    return Int(dropped)
  }
}

// MARK: - Promoting

extension BulkRange {
  private static let columns = "first_id, last_id, bulk, queue, oldest, keyed"

  private init(_ row: Statement) {
    self.init(
      firstID: row.integer(0), lastID: row.integer(1), bulk: row.integer(2),
      queue: row.optionalText(3).flatMap { try? QueueName($0) }, oldest: row.optionalInteger(4))
    isKeyed = row.integer(5) != 0
  }

  /// The first published stretch that may hold jobs of a queue.
  static func first(
    for queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> BulkRange? {
    let statement = try connection.statement(
      """
      SELECT \(columns) FROM qctl_bulks
      WHERE published = 1 AND (queue = ?1 OR queue IS NULL) ORDER BY first_id LIMIT 1
      """)
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? BulkRange(statement) : nil
  }

  /// The first stretch of a bulk that is in a certain step.
  static func first(
    of bulk: Int64, published: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> BulkRange? {
    let statement = try connection.statement(
      """
      SELECT \(columns) FROM qctl_bulks
      WHERE bulk = ?1 AND published = ?2 ORDER BY first_id LIMIT 1
      """)
    statement.bind(1, bulk)
    statement.bind(2, published)
    defer { statement.reset() }
    return try statement.step() ? BulkRange(statement) : nil
  }

  /// A published bulk with keys that are not taken yet.
  static func firstKeyed(on connection: Connection) throws(SQLiteFailure) -> Int64? {
    let statement = try connection.statement(
      "SELECT bulk FROM qctl_bulks WHERE published = 1 AND keyed = 1 LIMIT 1")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : nil
  }

  /// Leaves the ids up to `id` behind.
  func advance(past id: Int64, dropped: Int, on connection: Connection) throws(SQLiteFailure) {
    let isDone = id >= lastID
    let statement =
      isDone && !isKeyed
      ? try connection.statement("DELETE FROM qctl_bulks WHERE first_id = ?1")
      : try connection.statement(
        """
        UPDATE qctl_bulks SET first_id = ?2, dropped = dropped + ?3,
          published = CASE WHEN ?4 THEN 2 ELSE published END
        WHERE first_id = ?1
        """)
    statement.bind(1, firstID)
    if !isDone || isKeyed {
      statement.bind(2, isDone ? firstID : id + 1)
      statement.bind(3, Int64(dropped))
      statement.bind(4, isDone)
    }
    try statement.run()
  }

  /// Whether there is any at all, so that nobody else need look closer.
  static func exist(on connection: Connection) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement("SELECT 1 FROM qctl_bulks LIMIT 1")
    defer { statement.reset() }
    return try statement.step()
  }

  /// Whether a bulk has any left.
  static func exist(of bulk: Int64, on connection: Connection) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement("SELECT 1 FROM qctl_bulks WHERE bulk = ?1 LIMIT 1")
    statement.bind(1, bulk)
    defer { statement.reset() }
    return try statement.step()
  }

  /// The bulks that nobody claims from: not published yet, or promoted and not heard of.
  static func unattended(
    on connection: Connection
  ) throws(SQLiteFailure) -> [(bulk: Int64, touched: Int64)] {
    let statement = try connection.statement(
      """
      SELECT bulk, max(touched_at) FROM qctl_bulks GROUP BY bulk HAVING max(published = 1) = 0
      """)
    defer { statement.reset() }
    var bulks: [(Int64, Int64)] = []
    while try statement.step() { bulks.append((statement.integer(0), statement.integer(1))) }
    return bulks
  }
}

// MARK: - Removing

extension BulkRange {
  /// Leaves removed ids behind.
  func shrink(past id: Int64, on connection: Connection) throws(SQLiteFailure) {
    guard id < lastID else {
      let delete = try connection.statement("DELETE FROM qctl_bulks WHERE first_id = ?1")
      delete.bind(1, firstID)
      return try delete.run()
    }
    let statement = try connection.statement(
      "UPDATE qctl_bulks SET first_id = ?2 WHERE first_id = ?1")
    statement.bind(1, firstID)
    statement.bind(2, id + 1)
    try statement.run()
  }

  /// Adds to what the bulk's owner will want to know.
  static func noteDropped(
    _ count: Int, of bulk: Int64, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_bulks SET dropped = dropped + ?2
      WHERE first_id = (SELECT min(first_id) FROM qctl_bulks WHERE bulk = ?1)
      """)
    statement.bind(1, bulk)
    statement.bind(2, Int64(count))
    try statement.run()
  }
}
