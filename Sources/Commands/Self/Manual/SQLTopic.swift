import CommandLineSpec

/// qctl-sql(7): how an application enqueues within its own transaction, and what it may read.
enum SQLTopic {
  static let topic = Topic(
    "sql", "Enqueue jobs within an application's SQL transaction", section: 7,
    seeAlso: ["init", "enqueue", "doctor", "help job"],
    enqueue + rules + reading + examples)

  private static var enqueue: Prose {
    [
      "An SQLite store may be a file of its own, or live within the database of an application: \(literal: "qctl init --store shop.db") puts it there. All its tables, views and triggers have names that begin with \(literal: "qctl_"), and nothing else is touched. Any program with SQLite 3.24 or later then enqueues by an insert into the view \(literal: "qctl_enqueue"), in any language, without a library of ours. The job is there when the transaction is committed, and was never there if it is rolled back.",
      .code(
        """
        INSERT INTO qctl_enqueue(queue, type, payload)
          VALUES ('emails', 'receipt', ?)
        """),
      "Every column may be left out, or NULL:",
      .terms(columns.map { name, meaning in Term("\(literal: name)", meaning) }),
      "A value that is refused aborts the insert with an error that begins with \(literal: "qctl:"), and changes nothing else of the transaction. Dependencies on other jobs, batches and \(literal: "on_conflict") replace and after are for \(command: "enqueue") alone.",
      .heading("The id of the new job"),
      "The view \(literal: "qctl_last") has one row about the latest insert, to be read in the same transaction:",
      .terms(last.map { name, meaning in Term("\(literal: name)", meaning) }),
    ]
  }

  /// Held against the view itself by a test.
  static let columns: KeyValuePairs<String, Sentence> = [
    "queue": "The queue; \(literal: "default") if left out.",
    "type": "What kind of work it is; \(literal: "default") if left out.",
    "payload": "Text or bytes, at most 256 KiB; empty if left out.",
    "priority": "0 (most urgent) to 9; that of the queue, else 5.",
    "run_at": "Not before then, in milliseconds since 1970 (UTC); now if left out.",
    "max_attempts": "Failures until it is dead, 1 to 1000; those of the queue, else 10.",
    "backoff":
      "How to wait between failures, as \(flag: "backoff", of: "enqueue"); that of the queue if left out. A text that is no policy counts as left out.",
    "timeout_ms": "How long one attempt may take; that of the queue, else none.",
    "unique_key":
      "At most one job of the queue holds it; where one does, no job is made, and \(literal: "qctl_last") has that one.",
    "idempotency_key":
      "The same request inserted again gives the same job; with another type, payload or tags it is refused.",
    "tags": "A JSON object of texts, such as \(literal: "{\"user_id\":\"42\"}").",
    "unique_scope":
      "How long the unique key is held: \(literal: "queued"), \(literal: "active") (if left out) or \(literal: "kept").",
    "on_conflict":
      "Where another job holds the unique key: \(literal: "ignore") (if left out), or \(literal: "fail"), which refuses the insert.",
    "idempotency_ttl_ms":
      "For how long the idempotency key is remembered, at least 1000; what the queue says, else 24 hours.",
    "concurrency_key": "Of jobs with it only so many run at a time, if the queue says so.",
  ]

  static let last: KeyValuePairs<String, Sentence> = [
    "id": "The job's id as it is shown everywhere: 13 characters.",
    "number": "The same as the integer of \(literal: "qctl_jobs.id").",
    "created": "1 for a new job, 0 where a key gave back one that was there.",
  ]

  private static var rules: Prose {
    [
      .heading("Rules for applications"),
      .list([
        "Begin with BEGIN IMMEDIATE. A transaction that reads first and then writes can fail with SQLITE_BUSY at once, however long the timeout is.",
        "Set a busy timeout of some seconds (sqlite3_busy_timeout, or \(literal: "PRAGMA busy_timeout=10000")): others write as well. Workers never keep the lock for longer than a quarter of a second.",
        "Insert into the store of the file where the other tables of the transaction are. With ATTACH, a transaction over two files in WAL mode is atomic for each of them, not for both.",
        "Let nobody but qctl write to tables whose names begin with \(literal: "qctl_"); the view is the way in. What \(literal: "INSERT OR REPLACE") says of conflicts does no harm to other jobs.",
        "With an SQLite before 3.51.3 of the application's own, set \(literal: "PRAGMA wal_autocheckpoint=0") on its connections and leave checkpoints to qctl, whose workers make them: checkpoints of such versions can, very rarely, lose what another process has just written. \(command: "doctor") says which version is at risk.",
        "Keep transactions short: while one is open for writing, nobody else can write. A long one delays jobs, but makes no worker look dead.",
        "Do not open the file of the store other than by SQLite: closing such a descriptor drops the locks of the whole process.",
        "The application must be allowed to write the file, its \(literal: "-wal") and \(literal: "-shm"); \(literal: "qctl init --group") shares a store with a group.",
      ]),
      "Where no worker is running, nothing is lost: the job waits. A worker on the same host notices the commit within a few milliseconds.",
    ]
  }

  private static var reading: Prose {
    [
      .heading("What may be read"),
      "These tables may be read with SELECT. Columns may be added to them, so name those that you need. Moments are milliseconds since 1970 (UTC), ids are integers.",
      .terms(tables.map { name, meaning in Term("\(literal: name)", meaning) }),
      "For scripts, \(command: "list") and \(command: "queues") with \(literal: "--json") are the steadier way: the fields of JSON are a promise, those of tables are not.",
    ]
  }

  static let tables: KeyValuePairs<String, Sentence> = [
    "qctl_queues":
      "A row for each queue: \(literal: "queue"), \(literal: "paused"), and the number of its jobs in each state (\(literal: "ready"), \(literal: "active"), \(literal: "scheduled"), \(literal: "retrying"), \(literal: "blocked"), \(literal: "dead"), \(literal: "completed"), \(literal: "cancelled")). A job that is scheduled or retrying and whose time has come is counted there until a worker looks.",
    "qctl_jobs":
      "A row for each job: \(literal: "id"), \(literal: "queue"), \(literal: "type"), \(literal: "state"), \(literal: "priority"), \(literal: "enqueued_at"), \(literal: "run_at"), \(literal: "started_at"), \(literal: "finished_at"), \(literal: "attempt"), \(literal: "failures"), \(literal: "max_attempts"), \(literal: "worker"), \(literal: "unique_key"), \(literal: "idempotency_key") and \(literal: "error"). Rows whose \(literal: "bulk") is not NULL belong to a file that is being enqueued: leave them out.",
    "qctl_payloads":
      "By \(literal: "id"): \(literal: "payload"), \(literal: "tags") and, of a completed job, \(literal: "result").",
    "qctl_attempts":
      "By \(literal: "job_id") and \(literal: "attempt"): when it began and ended, its \(literal: "outcome"), \(literal: "error"), \(literal: "exit_code") and \(literal: "signal").",
    "qctl_log": "What happened, oldest first by \(literal: "seq"); see \(command: "tail").",
  ]

  private static var examples: Prose {
    [
      .heading("Examples"),
      ManualNote.placeholders,
      "An order and its receipt in one transaction, by the sqlite3 shell:",
      .file(
        "order.sql",
        """
        .timeout 10000
        BEGIN IMMEDIATE;
        INSERT INTO orders VALUES ('ada@example.org', 'tea');
        INSERT INTO qctl_enqueue(queue, type, payload)
          VALUES ('emails', 'receipt', 'ada@example.org');
        SELECT id, created FROM qctl_last;
        COMMIT;
        """),
      .session(
        """
        $ sqlite3 shop.db 'CREATE TABLE orders(customer, what)'
        $ qctl init --store shop.db --quiet
        $ sqlite3 shop.db <order.sql
        <id>|1
        $ qctl list --store shop.db --format '{id} {queue} {type} {state}'
        <id> emails receipt ready
        """),
      "What is taken back leaves no job, and what is wrong is refused:",
      .session(
        """
        $ sqlite3 shop.db 'BEGIN' "INSERT INTO qctl_enqueue(queue) \\
        >   VALUES ('emails')" 'ROLLBACK'
        $ sqlite3 shop.db "INSERT INTO qctl_enqueue(priority) VALUES (12)"
        <any>qctl: the priority is not 0 to 9<any>
        [exit 19]
        $ sqlite3 shop.db 'SELECT queue, ready, completed FROM qctl_queues'
        emails|1|0
        """),
      "The same in Python, with a key so that a request that is sent twice makes one job:",
      .file(
        "order.py",
        """
        import sqlite3

        shop = sqlite3.connect("shop.db", isolation_level=None, timeout=10)

        def order(customer, request):
            shop.execute("BEGIN IMMEDIATE")
            try:
                shop.execute(
                    "INSERT INTO qctl_enqueue"
                    "(queue, payload, idempotency_key)"
                    " VALUES ('emails', ?, ?)", (customer, request))
                job, created = shop.execute(
                    "SELECT id, created FROM qctl_last").fetchone()
                if created:
                    shop.execute(
                        "INSERT INTO orders VALUES (?, 'tea')", [customer])
                shop.execute("COMMIT")
            except BaseException:
                shop.execute("ROLLBACK")
                raise
            return job

        print(order("grace@example.org", "request-1")
              == order("grace@example.org", "request-1"))
        """),
      .session(
        """
        $ python3 order.py
        True
        $ sqlite3 shop.db 'SELECT count(*) FROM orders' \\
        >   'SELECT ready FROM qctl_queues'
        2
        2
        """),
      "Which jobs failed last, and why:",
      .file(
        "failed.sql",
        """
        SELECT j.id, j.type, j.state, j.failures, j.error, a.exit_code,
               datetime(j.finished_at / 1000, 'unixepoch') AS finished
        FROM qctl_jobs j JOIN qctl_attempts a
          ON a.job_id = j.id AND a.attempt = j.attempt
        WHERE j.state IN ('dead', 'retrying') AND j.bulk IS NULL
        ORDER BY a.finished_at DESC LIMIT 10;
        """),
      .session(
        """
        $ qctl work --store shop.db -q emails --once --quiet -- \\
        >   sh -c 'echo "no route" >&2; exit 65'
        $ sqlite3 shop.db <failed.sql
        <number>|receipt|dead|1|no route|65|<any>
        $ sqlite3 shop.db "SELECT CAST(payload AS TEXT) FROM qctl_payloads" \\
        >   "SELECT count(*) FROM qctl_log WHERE event = 'dead'"
        ada@example.org
        grace@example.org
        1
        """),
    ]
  }
}
