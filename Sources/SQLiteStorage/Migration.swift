import CSQLite

/// Brings the tables of an older format up to date (CONTRIBUTING.md, "Changing the format").
///
/// Each step is one list of statements, run with the new version number in one transaction, so a
/// store has always one format or the other. A process of an older qctl that has the store open goes
/// on: SQLite has it compile its statements anew, and columns that it does not know have defaults.
enum Migration {
  /// From version 1: workers that show life by a file, staged bulks, samples, retention.
  private static let toVersion2 = [
    "ALTER TABLE qctl_jobs ADD COLUMN presence INTEGER",
    "ALTER TABLE qctl_jobs ADD COLUMN bulk INTEGER",
    "ALTER TABLE qctl_queues ADD COLUMN minute INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE qctl_queues ADD COLUMN durations BLOB",
    "ALTER TABLE qctl_queues ADD COLUMN keep_completed INTEGER",
    "ALTER TABLE qctl_queues ADD COLUMN keep_cancelled INTEGER",
    "ALTER TABLE qctl_queues ADD COLUMN keep_dead INTEGER",
    minutesOfVersion2, Schema.bulks, Schema.idempotencyExpiry,
  ]

  /// The next columns come with version 4.
  private static let minutesOfVersion2 = """
    CREATE TABLE qctl_minutes(
      queue TEXT NOT NULL,
      minute INTEGER NOT NULL,
      total_enqueued INTEGER NOT NULL,
      total_succeeded INTEGER NOT NULL,
      total_retried INTEGER NOT NULL,
      total_dead INTEGER NOT NULL,
      ready INTEGER NOT NULL,
      active INTEGER NOT NULL,
      waiting INTEGER NOT NULL,
      dead INTEGER NOT NULL,
      durations BLOB,
      PRIMARY KEY(queue, minute)
    ) WITHOUT ROWID
    """

  /// From version 2: what operators did to a job and with a command.
  ///
  /// The trigger named no columns of qctl_payloads; the next step makes it again.
  private static let toVersion3 = [
    "ALTER TABLE qctl_payloads ADD COLUMN actions BLOB",
    "ALTER TABLE qctl_log ADD COLUMN from_queue TEXT",
    "ALTER TABLE qctl_log ADD COLUMN verb TEXT",
    #"ALTER TABLE qctl_log ADD COLUMN "filter" TEXT"#,
    "ALTER TABLE qctl_log ADD COLUMN planned INTEGER",
    "ALTER TABLE qctl_log ADD COLUMN changed INTEGER",
    "DROP TRIGGER qctl_enqueue_insert",
  ]

  /// From version 3: scopes of unique keys, jobs that wait for others, batches, limits, schedules,
  /// rules of health.
  private static let toVersion4 =
    [
      "ALTER TABLE qctl_jobs ADD COLUMN unique_scope TEXT",
      "ALTER TABLE qctl_jobs ADD COLUMN on_parent_failure TEXT",
      "ALTER TABLE qctl_jobs ADD COLUMN batch INTEGER",
      "ALTER TABLE qctl_jobs ADD COLUMN concurrency_key TEXT",
      "ALTER TABLE qctl_jobs ADD COLUMN schedule TEXT",
      "ALTER TABLE qctl_jobs ADD COLUMN waits INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE qctl_jobs ADD COLUMN dependants INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE qctl_log ADD COLUMN schedule TEXT",
      "ALTER TABLE qctl_minutes ADD COLUMN total_run_ms INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE qctl_minutes ADD COLUMN total_waited_ms INTEGER NOT NULL DEFAULT 0",
    ]
    + queueColumns.map { "ALTER TABLE qctl_queues ADD COLUMN \($0)" }
    + [
      Schema.runningKeys, Schema.aged, Schema.schedules, Schema.schedulesDue,
      Schema.parents, Schema.ended, Schema.batches, Schema.pendingParents, Schema.endedBatches,
      Schema.health,
      "DROP VIEW qctl_enqueue", EnqueueView.view, EnqueueView.trigger,
    ]

  /// What can be set for a queue since version 4, and what is kept of its limits.
  private static let queueColumns = [
    "concurrency INTEGER", "concurrency_per_key INTEGER", "rate TEXT", "burst INTEGER",
    "rate_paid INTEGER", "max_attempts INTEGER", "backoff TEXT", "timeout_ms INTEGER",
    "priority INTEGER", "max_depth INTEGER", "aging_ms INTEGER", "reordered INTEGER",
    "keep_attempts INTEGER", "keep_keys INTEGER", "all_durations BLOB",
    "total_run_ms INTEGER NOT NULL DEFAULT 0", "total_waited_ms INTEGER NOT NULL DEFAULT 0",
    "workers INTEGER",
  ]

  private static func step(from version: Int64) -> [String]? {
    switch version {
    case 1: toVersion2
    case 2: toVersion3
    case 3: toVersion4
    default: nil
    }
  }

  /// Runs the steps that a store still lacks; inside a write transaction of the caller's.
  static func run(from version: Int64, on connection: Connection) throws(SQLiteFailure) {
    var version = version
    while version < Schema.version, let statements = step(from: version) {
      for statement in statements { try connection.execute(statement) }
      version += 1
    }
    try connection.execute(
      "UPDATE qctl_meta SET value = \(version) WHERE key = 'format_version'")
  }
}
