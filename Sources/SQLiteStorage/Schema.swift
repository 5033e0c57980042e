/// The tables of format version 4, all under `qctl_`, so that they can live in an application's own
/// database (design.md §4).
///
/// The application's runtime may be old: no STRICT, no JSON function, nothing newer than SQLite 3.24
/// in here. A change of format gets a new number, a step in `Migration`, and a store of the old
/// format under Tests that must open for ever (CONTRIBUTING.md, "Changing the format").
enum Schema {
  /// The version that this build writes.
  static let version: Int64 = 4

  /// Everything, in order of creation.
  static let statements = tables + indexes + views

  /// In qctl_payloads, `actions` says what operators did, one line of JSON for each, oldest first.
  ///
  /// In qctl_queues, `rate_paid` says until when, in microseconds, all starts are paid for (Rate), and
  /// `reordered` up to which id jobs have the place that `aging_ms` gives them; NULL where all have.
  ///
  /// The actions come last, so that whoever claims a job need not read it, and is a BLOB, whose length is known
  /// without reading it.
  private static let tables = [
    """
    CREATE TABLE qctl_meta(
      key TEXT PRIMARY KEY NOT NULL,
      value
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE qctl_queues(
      queue TEXT PRIMARY KEY NOT NULL CHECK(typeof(queue) = 'text'),
      paused INTEGER NOT NULL DEFAULT 0,
      paused_until INTEGER,
      pause_reason TEXT,
      scheduled INTEGER NOT NULL DEFAULT 0,
      ready INTEGER NOT NULL DEFAULT 0,
      active INTEGER NOT NULL DEFAULT 0,
      retrying INTEGER NOT NULL DEFAULT 0,
      blocked INTEGER NOT NULL DEFAULT 0,
      completed INTEGER NOT NULL DEFAULT 0,
      dead INTEGER NOT NULL DEFAULT 0,
      cancelled INTEGER NOT NULL DEFAULT 0,
      total_enqueued INTEGER NOT NULL DEFAULT 0,
      total_succeeded INTEGER NOT NULL DEFAULT 0,
      total_retried INTEGER NOT NULL DEFAULT 0,
      total_dead INTEGER NOT NULL DEFAULT 0,
      minute INTEGER NOT NULL DEFAULT 0,
      durations BLOB,
      keep_completed INTEGER,
      keep_cancelled INTEGER,
      keep_dead INTEGER,
      concurrency INTEGER,
      concurrency_per_key INTEGER,
      rate TEXT,
      burst INTEGER,
      rate_paid INTEGER,
      max_attempts INTEGER,
      backoff TEXT,
      timeout_ms INTEGER,
      priority INTEGER,
      max_depth INTEGER,
      aging_ms INTEGER,
      reordered INTEGER,
      keep_attempts INTEGER,
      keep_keys INTEGER,
      all_durations BLOB,
      total_run_ms INTEGER NOT NULL DEFAULT 0,
      total_waited_ms INTEGER NOT NULL DEFAULT 0,
      workers INTEGER
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE qctl_jobs(
      id INTEGER PRIMARY KEY,
      queue TEXT NOT NULL,
      type TEXT NOT NULL,
      state TEXT NOT NULL CHECK(state IN ('scheduled', 'ready', 'active', 'retrying', 'blocked',
        'completed', 'dead', 'cancelled')),
      priority INTEGER NOT NULL CHECK(typeof(priority) = 'integer' AND priority BETWEEN 0 AND 9),
      ord INTEGER NOT NULL CHECK(typeof(ord) = 'integer'),
      enqueued_at INTEGER NOT NULL CHECK(typeof(enqueued_at) = 'integer'),
      run_at INTEGER NOT NULL CHECK(typeof(run_at) = 'integer'),
      started_at INTEGER,
      finished_at INTEGER,
      attempt INTEGER NOT NULL DEFAULT 0,
      failures INTEGER NOT NULL DEFAULT 0,
      max_attempts INTEGER NOT NULL CHECK(typeof(max_attempts) = 'integer'),
      crashes INTEGER NOT NULL DEFAULT 0,
      replays INTEGER NOT NULL DEFAULT 0,
      lease_until INTEGER,
      token INTEGER,
      worker TEXT,
      cancel_requested INTEGER NOT NULL DEFAULT 0,
      marked INTEGER NOT NULL DEFAULT 0,
      unique_key TEXT,
      held_key TEXT,
      idempotency_key TEXT,
      timeout_ms INTEGER,
      backoff TEXT,
      error TEXT,
      presence INTEGER,
      bulk INTEGER,
      unique_scope TEXT,
      on_parent_failure TEXT,
      batch INTEGER,
      concurrency_key TEXT,
      schedule TEXT,
      waits INTEGER NOT NULL DEFAULT 0,
      dependants INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE qctl_payloads(
      id INTEGER PRIMARY KEY,
      payload BLOB NOT NULL,
      tags TEXT,
      result BLOB,
      actions BLOB
    )
    """,
    """
    CREATE TABLE qctl_attempts(
      job_id INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      started_at INTEGER NOT NULL,
      finished_at INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      worker TEXT NOT NULL,
      error TEXT,
      exit_code INTEGER,
      signal INTEGER,
      PRIMARY KEY(job_id, attempt)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE qctl_outputs(
      job_id INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      output BLOB NOT NULL,
      PRIMARY KEY(job_id, attempt)
    )
    """,
    """
    CREATE TABLE qctl_log(
      seq INTEGER PRIMARY KEY,
      timestamp INTEGER NOT NULL,
      event TEXT NOT NULL,
      queue TEXT,
      job_id INTEGER,
      job_type TEXT,
      attempt INTEGER,
      status TEXT,
      duration_ms INTEGER,
      error TEXT,
      exit_code INTEGER,
      signal INTEGER,
      worker TEXT,
      actor TEXT,
      reason TEXT,
      tags TEXT,
      from_queue TEXT,
      verb TEXT,
      "filter" TEXT,
      planned INTEGER,
      changed INTEGER,
      schedule TEXT
    )
    """,
    """
    CREATE TABLE qctl_idempotency(
      queue TEXT NOT NULL,
      key TEXT NOT NULL,
      job_id INTEGER NOT NULL,
      digest BLOB,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY(queue, key)
    ) WITHOUT ROWID
    """,
    minutes, bulks, parents, ended, batches, schedules, health,
  ]

  /// What happened in each queue, minute by minute: the totals as they stood when the minute was
  /// over, and how long its executions took.
  static let minutes = """
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
      total_run_ms INTEGER NOT NULL DEFAULT 0,
      total_waited_ms INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY(queue, minute)
    ) WITHOUT ROWID
    """

  /// The stretches of ids that a staged bulk has filled, until its jobs are promoted (StagedBulk).
  ///
  /// `published` is 0 while it is staged, 1 when its jobs can be seen, and 2 when all are promoted
  /// and its owner has not yet read how many were `dropped`.
  static let bulks = """
    CREATE TABLE qctl_bulks(
      first_id INTEGER PRIMARY KEY,
      last_id INTEGER NOT NULL,
      bulk INTEGER NOT NULL,
      published INTEGER NOT NULL DEFAULT 0,
      queue TEXT,
      oldest INTEGER,
      touched_at INTEGER NOT NULL,
      keyed INTEGER NOT NULL DEFAULT 0,
      dropped INTEGER NOT NULL DEFAULT 0
    )
    """

  /// For whom a job waits, or did (ParentRow).
  static let parents = """
    CREATE TABLE qctl_parents(
      job_id INTEGER NOT NULL,
      parent_id INTEGER NOT NULL,
      pending INTEGER NOT NULL,
      PRIMARY KEY(job_id, parent_id)
    ) WITHOUT ROWID
    """

  /// Jobs that ended, and of those that wait for them some are not told yet: those behind `done`.
  static let ended = """
    CREATE TABLE qctl_ended(
      parent_id INTEGER PRIMARY KEY,
      done INTEGER NOT NULL
    )
    """

  /// Jobs that were accepted together, and how many of them have ended how (BatchRow).
  static let batches = """
    CREATE TABLE qctl_batches(
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      total INTEGER NOT NULL,
      completed INTEGER NOT NULL,
      dead INTEGER NOT NULL,
      cancelled INTEGER NOT NULL,
      finished_at INTEGER,
      follower INTEGER
    )
    """

  /// For forgetting batches in time.
  static let endedBatches = """
    CREATE INDEX qctl_batches_ended ON qctl_batches(finished_at) WHERE finished_at IS NOT NULL
    """

  /// For those who wait for a job.
  static let pendingParents =
    "CREATE INDEX qctl_parents_pending ON qctl_parents(parent_id, job_id) WHERE pending = 1"

  /// What makes jobs by the clock; `rule` is the schedule as JSON, in which the columns count where
  /// both tell something.
  static let schedules = """
    CREATE TABLE qctl_schedules(
      name TEXT PRIMARY KEY NOT NULL CHECK(typeof(name) = 'text'),
      rule BLOB NOT NULL,
      paused INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      next_tick INTEGER,
      last_tick INTEGER,
      last_job INTEGER
    ) WITHOUT ROWID
    """

  /// Rules of `qctl health`, each as JSON.
  static let health = """
    CREATE TABLE qctl_health(
      name TEXT PRIMARY KEY NOT NULL CHECK(typeof(name) = 'text'),
      rule BLOB NOT NULL
    ) WITHOUT ROWID
    """

  /// For the next tick of all.
  static let schedulesDue = """
    CREATE INDEX qctl_schedules_due ON qctl_schedules(next_tick)
    WHERE paused = 0 AND next_tick IS NOT NULL
    """

  /// One index per question, none of which holds rows that cannot be claimed: with one index over
  /// all states, a million scheduled rows in front left 18 claims a second (performance.md).
  private static let indexes = [
    "CREATE INDEX qctl_jobs_ready ON qctl_jobs(queue, ord) WHERE state = 'ready'",
    """
    CREATE INDEX qctl_jobs_due ON qctl_jobs(queue, run_at)
    WHERE state IN ('scheduled', 'retrying')
    """,
    "CREATE INDEX qctl_jobs_running ON qctl_jobs(queue, lease_until) WHERE state = 'active'",
    runningKeys, aged,
    """
    CREATE INDEX qctl_jobs_ended ON qctl_jobs(state, finished_at)
    WHERE finished_at IS NOT NULL
    """,
    "CREATE UNIQUE INDEX qctl_jobs_key ON qctl_jobs(queue, held_key) WHERE held_key IS NOT NULL",
    idempotencyExpiry, pendingParents, endedBatches, schedulesDue,
  ]

  /// For counting the running jobs of a concurrency key; holds nothing but those.
  static let runningKeys = """
    CREATE INDEX qctl_jobs_running_key ON qctl_jobs(queue, concurrency_key)
    WHERE state = 'active' AND concurrency_key IS NOT NULL
    """

  /// For the age of the oldest ready job in queues with aging, whose order does not tell it: all that
  /// are not ordered by strict priority, and those of priority 0, of which nobody knows.
  static let aged = """
    CREATE INDEX qctl_jobs_aged ON qctl_jobs(queue, priority, run_at)
    WHERE state = 'ready' AND ord < 288230376151711744
    """

  /// For forgetting keys in time.
  static let idempotencyExpiry =
    "CREATE INDEX qctl_idempotency_expiry ON qctl_idempotency(expires_at)"

  private static let views = [
    EnqueueView.table, EnqueueView.view, EnqueueView.lastView, EnqueueView.trigger,
  ]
}
