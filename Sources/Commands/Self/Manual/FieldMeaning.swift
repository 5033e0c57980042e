import CommandLineSpec

/// What a field of a record means, for qctl-job(5).
struct FieldMeaning {
  let field: String
  let text: Sentence

  /// Every field of every kind of record, where it is met first; `X_origin` and the like are told
  /// together with what they belong to.
  static var inOrder: [FieldMeaning] {
    var seen: Set<String> = []
    var found: [FieldMeaning] = []
    for field in RecordKind.all.flatMap(\.fields) {
      let name = name(for: field)
      guard seen.insert(name).inserted, let text = all[name] else { continue }
      found.append(FieldMeaning(field: name, text: text))
    }
    return found
  }

  /// The name under which a field is explained.
  static func name(for field: String) -> String {
    if field.hasSuffix("_origin") { return "X_origin" }
    for family in ["enqueued", "processed", "failed"] where field.hasPrefix(family + "_per_minute_")
    {
      return family + "_per_minute_1m, 5m, 1h"
    }
    for family in ["wait", "run"] where field.hasPrefix(family + "_p") && field.hasSuffix("_ms") {
      return family + "_p50_ms, p95_ms, p99_ms"
    }
    return field
  }

  /// Whether a field is explained.
  static func explains(_ field: String) -> Bool { all[name(for: field)] != nil }

  private static let all: [String: Sentence] = Dictionary(
    uniqueKeysWithValues: [jobs, log, queues, settings, rates, others].flatMap { group in
      group.map { ($0.key, $0.value) }
    })
}

extension FieldMeaning {
  private static let jobs: KeyValuePairs<String, Sentence> = [
    "id": "What the record is about: 13 characters of a job or batch.",
    "queue": "A queue.",
    "type": "What kind of work a job is.",
    "state":
      "scheduled, ready, active, retrying, blocked, completed, dead or cancelled; one that is due counts as ready. A batch is running, completed or failed.",
    "priority": "0 (most urgent) to 9.",
    "enqueued_at": "When the job was accepted.",
    "run_at": "When it is due.",
    "started_at": "When its latest execution began.",
    "finished_at": "When it ended; of a batch, when the last of its jobs did.",
    "attempt": "How many executions there were; it only rises, and names one.",
    "failures": "Those that count against it, from 0 again after a replay.",
    "max_attempts": "With so many failures it is dead.",
    "crashes": "How often its worker died while this job alone was running.",
    "replays": "How often an operator ran it again.",
    "lease_until": "Until when a lease by time holds.",
    "worker": "Who has it, or had it last.",
    "unique_key": "Of jobs with it, one of the queue at most holds it.",
    "idempotency_key": "The same request gives the same job.",
    "timeout_ms": "How long one attempt may take.",
    "error": "What went wrong last.",
    "token": "The proof of the right to this one execution.",
  ]

  private static let log: KeyValuePairs<String, Sentence> = [
    "timestamp": "When it happened.",
    "level": "How loud it is: info, notice, warning or error; of a rule, see state.",
    "event": "What happened, in a constant word.",
    "job_id": "The job, if it is about one.",
    "job_type": "The type of that job.",
    "status": "The state of the job since.",
    "duration_ms": "How long the execution took.",
    "exit_code": "The exit status of the handler.",
    "signal": "The signal that ended it.",
    "actor": "Who did it.",
    "reason": "Why; what they said, or what qctl can say.",
    "from_queue": "Where a moved job was before.",
    "verb": "The command of an operator.",
    "filter": "The jobs that it was about, in words.",
    "planned": "How many these were.",
    "changed": "How many of them were changed.",
    "schedule": "The schedule that made a job, or that a record is about.",
  ]

  private static let queues: KeyValuePairs<String, Sentence> = [
    "ready": "Jobs that could run now.",
    "active": "Jobs that are running.",
    "scheduled": "Jobs whose time has not come.",
    "retrying": "Jobs that wait after a failure.",
    "blocked": "Jobs that wait for others.",
    "dead": "Jobs that failed for good.",
    "completed": "Jobs that are done.",
    "cancelled": "Jobs that were withdrawn.",
    "oldest_ready_at": "When the job became due that has waited longest.",
    "oldest_ready_age_ms": "For how long it has waited.",
    "paused": "Whether nothing is taken from the queue, or a schedule makes no jobs.",
    "paused_until": "Until when; null for until somebody resumes it.",
    "pause_reason": "Why.",
    "total": "All jobs of a batch.",
    "unfinished": "Those of them that have not ended.",
    "created_at": "When it was made.",
    "follower": "The job that runs when the batch has ended.",
  ]

  private static let settings: KeyValuePairs<String, Sentence> = [
    "X_origin": "Where the setting X comes from: the queue, the rule for all queues, or qctl.",
    "keep_completed": "How long completed jobs are kept.",
    "keep_cancelled": "How long cancelled jobs are kept.",
    "keep_dead": "How long dead jobs are kept.",
    "keep_attempts": "How long what attempts left is kept.",
    "keep_keys": "How long idempotency keys are remembered.",
    "keep_log": "How long the log is kept.",
    "keep_minutes": "How long the minutes of statistics are kept.",
    "concurrency": "How many of its jobs run at a time.",
    "concurrency_per_key": "How many jobs with the same concurrency key do.",
    "rate": "How many start in a time.",
    "burst": "How many may start at once.",
    "backoff": "How jobs wait between failures that do not say.",
    "timeout": "How long an attempt of a job may take that does not say.",
    "max_depth": "With so many waiting, no more are accepted.",
    "aging": "A job that waited for so long goes before one a level more urgent.",
    "workers":
      "How many workers there should be; in \(command: "stats"), how many there are.",
  ]

  private static let rates: KeyValuePairs<String, Sentence> = [
    "workers_busy": "Workers that have a job in hand.",
    "enqueued_per_minute_1m, 5m, 1h": "Jobs that came, a minute, over that time.",
    "processed_per_minute_1m, 5m, 1h": "Executions that ended well.",
    "failed_per_minute_1m, 5m, 1h": "Executions that failed.",
    "window_ms": "The time over which waits and runs are counted.",
    "wait_p50_ms, p95_ms, p99_ms":
      "How long at most so many per cent of the jobs waited after they were due.",
    "run_p50_ms, p95_ms, p99_ms": "How long at most so many per cent of the executions took.",
    "drain": "When the queue will be empty if all goes on as it does, in a word or a time.",
    "drain_ms": "The same as a number.",
    "from_ms": "Jobs that have waited at least so long,",
    "to_ms": "and less than this; null for no end.",
    "jobs": "How many jobs.",
  ]

  private static let others: KeyValuePairs<String, Sentence> = [
    "outcome": "What became of the job that was named: one word.",
    "holder": "The job that has the unique key.",
    "grade": "How bad a finding is.",
    "check": "What was looked at.",
    "message": "What was found.",
    "remedy": "What to do about it.",
    "capability": "Something that a store can do, or can't.",
    "support": "Whether it can.",
    "flag": "A flag.",
    "value": "What it is set to.",
    "origin": "By whom.",
    "source": "How many jobs the store has that everything is moved from.",
    "target": "How many the other has.",
    "name": "The name of a batch, schedule or rule.",
    "path": "The file that was written.",
    "bytes": "Its size.",
    "group": "Names a group of errors, for filters.",
    "count": "How many dead jobs have such an error.",
    "queues": "The queues concerned.",
    "types": "The types concerned.",
    "first_seen": "When the first of them died.",
    "last_seen": "When the last did.",
    "example": "The error of one of them.",
    "example_id": "That job.",
    "shape": "The error without what differs.",
    "cron": "The five fields of a schedule.",
    "every_ms": "Its interval, where it has one instead.",
    "time_zone": "The zone in which it is read.",
    "catchup": "What becomes of ticks that nobody fired: none, latest or all.",
    "overlap": "What a tick does while its last job lives: allow, skip or queue.",
    "next_tick": "When it comes next.",
    "last_tick": "When it came last.",
    "last_job": "The job that it made then.",
    "tick": "When a schedule comes, in UTC.",
    "local": "The same in its zone.",
    "warning": "Outside of this range it is a WARNING.",
    "critical": "Outside of this range it is CRITICAL.",
    "span_ms": "The time that a rule looks back.",
  ]
}
