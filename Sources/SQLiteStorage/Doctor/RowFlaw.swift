import Jobs

/// Something that is wrong with rows of one table, as SQL can say it, and what cures it.
///
/// Findings count the rows for which a condition holds; a repair asks it of each row again behind
/// the write lock, and then cures. So both go by the same words.
struct RowFlaw: Sendable {
  /// What becomes of a row.
  enum Cure: Sendable {
    /// The job goes into the quarantine with all its parts.
    case quarantineJob
    /// The rows of that job in this table go into the quarantine.
    case quarantineRows
    /// The row gets other values; `?2` is the present moment.
    case set(String)
    /// The job goes back to those that wait.
    case release
  }

  /// A table with the column that names the job.
  enum Table: String, Sendable, CaseIterable {
    case jobs = "qctl_jobs"
    case payloads = "qctl_payloads"
    case attempts = "qctl_attempts"
    case outputs = "qctl_outputs"

    /// The column that holds the job's id.
    var key: String {
      switch self {
      case .jobs, .payloads: "id"
      case .attempts, .outputs: "job_id"
      }
    }

    /// What to call one row.
    var noun: String {
      switch self {
      case .jobs: "job"
      case .payloads: "payload"
      case .attempts: "attempt"
      case .outputs: "output"
      }
    }
  }

  /// The word of the finding.
  let check: String
  /// Where.
  let table: Table
  /// Which rows, called `t`.
  let condition: String
  /// What is wrong with them: "without …", "that …".
  let what: String
  /// What a repair does.
  let cure: Cure

  /// A sentence about so many rows.
  func sentence(_ count: Int64, first: Int64) -> String {
    let rows = count == 1 ? "1 \(table.noun)" : "\(count) \(table.noun)s"
    let id = JobID(rawValue: first)?.description ?? String(first)
    let which = table == .jobs ? "job \(id)" : "of job \(id)"
    return "\(rows) \(what); the first is \(which)"
  }
}

// MARK: - All that is known

extension RowFlaw {
  /// Those of jobs first, since a job that goes into the quarantine takes its parts along.
  static let all = jobs + parts

  private static let jobs = [
    RowFlaw("jobs", wrongKinds, "with a value of the wrong kind", .quarantineJob),
    RowFlaw(
      "payloads", "NOT EXISTS (SELECT 1 FROM qctl_payloads p WHERE p.id = t.id)",
      "without a payload", .quarantineJob),
    RowFlaw(
      check: "bulk", table: .jobs,
      condition: """
        t.bulk IS NOT NULL AND t.bulk IS NOT (SELECT bulk FROM qctl_bulks
          WHERE last_id >= t.id AND first_id <= t.id AND published < 2)
        """, what: "of a bulk that is not there", cure: .quarantineJob),
    RowFlaw(
      "leases", "t.state = 'active' AND t.lease_until IS NULL AND t.presence IS NULL",
      "in nobody's hands, though active", .release),
    RowFlaw(
      "leases",
      """
      t.state <> 'active' AND (t.lease_until IS NOT NULL OR t.presence IS NOT NULL
        OR t.token IS NOT NULL)
      """, "with a lease, though not active",
      .set("lease_until = NULL, presence = NULL, token = NULL")),
    RowFlaw(
      "times", "t.state IN (\(ended)) AND t.finished_at IS NULL",
      "without the time of their end", .set("finished_at = ?2")),
    RowFlaw(
      "times", "t.state NOT IN (\(ended)) AND t.finished_at IS NOT NULL",
      "with a time of end, though not ended", .set("finished_at = NULL")),
    RowFlaw(
      "keys",
      """
      t.held_key IS NOT NULL AND t.state IN (\(ended)) AND t.unique_scope IS NOT 'kept'
      """,
      "with a unique key held, though ended", .set("held_key = NULL")),
    RowFlaw(
      "keys", "t.held_key IS NOT NULL AND t.held_key IS NOT t.unique_key",
      "with a unique key held that is not theirs", .set("held_key = NULL")),
    RowFlaw(
      "order",
      "t.run_at BETWEEN -(1 << 58) AND 1 << 58 AND t.ord <> \(order("t."))"
        // Where claims are about to do that.
        + " AND t.queue NOT IN (SELECT queue FROM qctl_queues WHERE reordered IS NOT NULL)",
      "at a place of the queue that is not theirs", .set("ord = \(order(""))")),
  ]

  private static let parts = [
    RowFlaw(
      check: "payloads", table: .payloads,
      condition: "NOT EXISTS (SELECT 1 FROM qctl_jobs j WHERE j.id = t.id)",
      what: "without a job", cure: .quarantineRows),
    RowFlaw(
      check: "attempts", table: .attempts,
      condition: "NOT EXISTS (SELECT 1 FROM qctl_jobs j WHERE j.id = t.job_id)",
      what: "without a job", cure: .quarantineRows),
    RowFlaw(
      check: "attempts", table: .outputs,
      condition: """
        NOT EXISTS (SELECT 1 FROM qctl_jobs j WHERE j.id = t.job_id)
          OR NOT EXISTS (SELECT 1 FROM qctl_attempts a
            WHERE a.job_id = t.job_id AND a.attempt = t.attempt)
        """, what: "without an attempt", cure: .quarantineRows),
  ]

  /// A flaw of jobs that can be seen: the rows of a bulk in the making are their process's.
  private init(_ check: String, _ condition: String, _ what: String, _ cure: Cure) {
    self.init(
      check: check, table: .jobs,
      condition: """
        (\(condition)) AND (t.bulk IS NULL
          OR t.bulk IN (SELECT bulk FROM qctl_bulks WHERE published = 1))
        """, what: what, cure: cure)
  }

  private static let ended = "'completed', 'dead', 'cancelled'"

  private static func order(_ row: String) -> String {
    let queue = row.isEmpty ? "qctl_jobs.queue" : "\(row)queue"
    let quantum = "SELECT q.aging_ms FROM qctl_queues q WHERE q.queue = \(queue)"
    return "\(row)run_at + \(row)priority * coalesce((\(quantum)), "
      + "\(Priority.strictQuantum.milliseconds))"
  }

  private static let wrongKinds: String = {
    let numbers = [
      "priority", "ord", "enqueued_at", "run_at", "attempt", "failures", "max_attempts", "crashes",
      "replays", "cancel_requested", "marked",
    ].map { "typeof(t.\($0)) <> 'integer'" }
    let perhaps = [
      "started_at", "finished_at", "lease_until", "token", "timeout_ms", "presence", "bulk",
    ].map { "typeof(t.\($0)) NOT IN ('integer', 'null')" }
    let texts = ["queue", "type", "state"].map { "typeof(t.\($0)) <> 'text'" }
    return (numbers + perhaps + texts).joined(separator: " OR ")
  }()
}

// MARK: - Looking

extension RowFlaw {
  /// How many rows have each flaw, and the lowest job's id of them; only flaws that there are.
  ///
  /// One walk over each table.
  static func found(
    on connection: Connection
  ) throws(SQLiteFailure) -> [(flaw: RowFlaw, count: Int64, first: Int64)] {
    var found: [(RowFlaw, Int64, Int64)] = []
    for table in Table.allCases {
      let flaws = all.filter { $0.table == table }
      let sums = flaws.map {
        "sum(\($0.condition)), min(CASE WHEN \($0.condition) THEN t.\(table.key) END)"
      }
      let statement = try connection.prepare(
        "SELECT \(sums.joined(separator: ", ")) FROM \(table.rawValue) t")
      guard try statement.step() else { continue }
      for (index, flaw) in flaws.enumerated() {
        let column = Int32(clamping: index * 2)
        guard statement.integer(column) > 0 else { continue }
        found.append((flaw, statement.integer(column), statement.integer(column + 1)))
      }
    }
    return found
  }

  /// The next jobs, by id, that have rows with this flaw.
  func jobs(
    after id: Int64?, limit: Int, on connection: Connection
  ) throws(SQLiteFailure) -> [Int64] {
    let statement = try connection.prepare(
      """
      SELECT DISTINCT t.\(table.key) FROM \(table.rawValue) t
      WHERE (?1 IS NULL OR t.\(table.key) > ?1) AND (\(condition))
      ORDER BY t.\(table.key) LIMIT ?2
      """)
    statement.bind(1, id)
    statement.bind(2, Int64(limit))
    var jobs: [Int64] = []
    while try statement.step() { jobs.append(statement.integer(0)) }
    return jobs
  }

  /// Whether a job has rows with this flaw.
  func holds(for job: Int64, on connection: Connection) throws(SQLiteFailure) -> Bool {
    let statement = try connection.prepare(
      "SELECT 1 FROM \(table.rawValue) t WHERE t.\(table.key) = ?1 AND (\(condition)) LIMIT 1")
    statement.bind(1, job)
    return try statement.step()
  }
}
