import CommandLineSpec

/// The lines of bulk files and of exports.
extension JobTopic {
  static var bulk: Prose {
    [
      .heading("Lines of enqueue --bulk"),
      "One object a line, at most 2 MiB long; blank lines are passed over. No other members are allowed, and none need be there: what a line leaves out is taken from the flags. The file is accepted whole or not at all.",
      terms(bulkMembers),
    ]
  }

  /// Held against what the reader of such lines knows by a test.
  static let bulkMembers: KeyValuePairs<String, Sentence> = [
    "queue": "The queue.",
    "type": "What kind of work it is.",
    "priority": "0 (most urgent) to 9.",
    "payload": "Any JSON, kept as it is written.",
    "payload_text": "Instead: a text, whose bytes are the payload.",
    "payload_b64": "Instead: bytes in base64.",
    "run_at": "Not before then: an RFC 3339 time.",
    "delay_ms": "Not before so many milliseconds from now.",
    "max_attempts": "Failures until it is dead, 1 to 1000.",
    "backoff": "How to wait between failures, as \(flag: "backoff", of: "enqueue").",
    "timeout_ms": "How long one attempt may take.",
    "unique_key": "At most one job of the queue holds it.",
    "unique_scope":
      "How long: \(literal: "queued"), \(literal: "active") or \(literal: "kept").",
    "on_conflict":
      "If another holds it: \(literal: "ignore"), \(literal: "replace"), \(literal: "after") or \(literal: "fail").",
    "idempotency_key": "The same request sent again gives the same job.",
    "idempotency_ttl_ms": "For how long it does.",
    "concurrency_key": "Of jobs with it only so many run at a time.",
    "tags": "An object of texts.",
    "ref": "A name for this line, by which later ones may refer to it.",
    "after": "An array: ids of jobs, and refs of earlier lines, that it waits for.",
    "on_parent_failure":
      "If one of them fails: \(literal: "hold"), \(literal: "cancel") or \(literal: "run").",
  ]

  static var archive: Prose {
    [
      .heading("Lines of export and import"),
      "The \(literal: "kind") of a line says what it is about. Kinds come in this order; only the first and the last must be there. \(command: "import") refuses members that it does not know, and a file that was changed or cut off.",
      terms(archiveKinds),
    ]
  }

  /// Held against `packaging/schemas/export-line.json` by a test.
  static let archiveKinds: KeyValuePairs<String, Sentence> = [
    "header":
      "\(literal: "format") (\(literal: "qctl export")), \(literal: "version") (1), \(literal: "store") (its kind), \(literal: "location"), \(literal: "store_version") and \(literal: "exported_at").",
    "queue":
      "\(literal: "queue"), \(literal: "paused"), \(literal: "paused_until") and \(literal: "pause_reason"), and what is set for it, as \(command: "queue set") says: \(literal: "keep_completed_ms"), \(literal: "keep_cancelled_ms"), \(literal: "keep_dead_ms"), \(literal: "keep_attempts_ms") and \(literal: "keep_keys_ms") (or, without \(literal: "_ms"), \(literal: "keep_completed"), \(literal: "keep_cancelled"), \(literal: "keep_dead"), \(literal: "keep_attempts") and \(literal: "keep_keys"): \(literal: "forever")), \(literal: "concurrency"), \(literal: "concurrency_per_key"), \(literal: "rate"), \(literal: "burst"), \(literal: "max_attempts"), \(literal: "backoff"), \(literal: "timeout_ms"), \(literal: "priority"), \(literal: "max_depth"), \(literal: "workers"), \(literal: "aging_ms").",
    "rules":
      "The rules for all queues: \(literal: "keep_") as above, and \(literal: "keep_log_ms") and \(literal: "keep_minutes_ms"), or \(literal: "keep_log") and \(literal: "keep_minutes") with \(literal: "forever").",
    "health":
      "A rule of \(command: "health set"): \(literal: "name"), \(literal: "check"), \(literal: "queues"), \(literal: "warning"), \(literal: "critical") and \(literal: "span_ms"), those that were given.",
    "batch":
      "\(literal: "id"), \(literal: "name"), \(literal: "created_at"), \(literal: "finished_at"), \(literal: "total"), \(literal: "completed"), \(literal: "dead"), \(literal: "cancelled"), and \(literal: "follower"), the job that waits for it.",
    "job":
      "A job as \(command: "show") prints it with \(literal: "--json"), see below, without what it has not, and as it is stored: one that is due is \(literal: "scheduled") still. Also \(literal: "marked"): it was running when its worker was lost.",
    "request":
      "A request that is remembered: \(literal: "queue"), \(literal: "idempotency_key"), \(literal: "id") of its job, \(literal: "digest") of its content, \(literal: "expires_at").",
    "schedule":
      "\(literal: "name"), \(literal: "cron") or \(literal: "every_ms"), \(literal: "time_zone"), \(literal: "catchup"), \(literal: "overlap"), \(literal: "paused"), \(literal: "created_at"), \(literal: "next_tick"), \(literal: "last_tick"), \(literal: "last_job"), and \(literal: "job"), an object with the members of a bulk line.",
    "minute":
      "What a queue did in a minute: \(literal: "queue"), \(literal: "minute") (since 1970), \(literal: "total_enqueued"), \(literal: "total_succeeded"), \(literal: "total_retried"), \(literal: "total_dead"), \(literal: "total_run_ms"), \(literal: "total_waited_ms") as they stood at its end, the depths \(literal: "ready"), \(literal: "active"), \(literal: "waiting"), \(literal: "dead"), and \(literal: "durations"), packed.",
    "log":
      "A record of the log, as \(command: "tail") prints it with \(literal: "--json"), but with the job's tags in \(literal: "tags").",
    "end": "How many lines of each kind there are, and \(literal: "sha256") of all lines before.",
  ]
}
