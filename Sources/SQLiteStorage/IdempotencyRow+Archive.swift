import Jobs
import Storage

/// The memory of requests as it is taken out and in.
extension IdempotencyRow {
  private static let columns = "i.queue, i.key, i.job_id, i.digest, i.expires_at"

  /// Some rows, by queue and key; those that cannot be read are passed over.
  static func page(
    _ request: KnownRequestPageRequest, on connection: Connection
  ) throws(SQLiteFailure) -> KnownRequestPage {
    let size = max(request.size, 1)
    let statement = try connection.statement(
      """
      SELECT \(columns), j.type, p.payload, p.tags FROM qctl_idempotency i
      LEFT JOIN qctl_jobs j ON i.digest IS NULL AND j.id = i.job_id
      LEFT JOIN qctl_payloads p ON p.id = j.id
      WHERE (i.queue, i.key) > (?1, ?2) ORDER BY i.queue, i.key
      """)
    // No queue's name is empty, so that the first page is behind this.
    statement.bind(1, request.after?.queue.description ?? "")
    statement.bind(2, request.after?.key ?? "")
    defer { statement.reset() }
    var requests: [KnownRequest] = []
    while try statement.step() {
      guard let known = read(statement) else { continue }
      guard requests.count < size else {
        return KnownRequestPage(requests: requests, hasMore: true)
      }
      requests.append(known)
    }
    return KnownRequestPage(requests: requests, hasMore: false)
  }

  /// Remembers a request that another store knew.
  static func restore(
    _ request: KnownRequest, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> RestoreOutcome {
    if let there = try find(request.queue, request.key, on: connection) {
      guard there != request else { return .alreadyThere }
      guard there.expiresAt <= now else { return .differs }
    }
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_idempotency(queue, key, job_id, digest, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5)
      """)
    statement.bind(1, request.queue.description)
    statement.bind(2, request.key)
    statement.bind(3, request.id.rawValue)
    statement.bind(4, request.digest.isEmpty ? nil : request.digest)
    statement.bind(5, request.expiresAt.milliseconds)
    try statement.run()
    return .restored
  }

  private static func find(
    _ queue: QueueName, _ key: String, on connection: Connection
  ) throws(SQLiteFailure) -> KnownRequest? {
    let statement = try connection.statement(
      """
      SELECT \(columns), j.type, p.payload, p.tags FROM qctl_idempotency i
      LEFT JOIN qctl_jobs j ON i.digest IS NULL AND j.id = i.job_id
      LEFT JOIN qctl_payloads p ON p.id = j.id
      WHERE i.queue = ?1 AND i.key = ?2
      """)
    statement.bind(1, queue.description)
    statement.bind(2, key)
    defer { statement.reset() }
    return try statement.step() ? read(statement) : nil
  }

  private static func read(_ row: Statement) -> KnownRequest? {
    guard let queue = try? QueueName(row.text(0)), let id = JobID(rawValue: row.integer(2)) else {
      return nil
    }
    return KnownRequest(
      queue: queue, key: row.text(1), id: id, digest: row.optionalBytes(3) ?? digest(row),
      expiresAt: Instant(milliseconds: row.integer(4)))
  }

  /// The digest that the view's trigger could not make; empty once the job is gone.
  private static func digest(_ row: Statement) -> [UInt8] {
    guard !row.isNull(5), let type = try? JobType(row.text(5)) else { return [] }
    var request = NewJob(type: type, payload: row.bytes(6))
    request.tags = TagText.read(row.optionalText(7))
    return request.contentDigest
  }
}
