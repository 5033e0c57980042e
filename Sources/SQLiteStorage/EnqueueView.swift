/// Transactional enqueue from any language: `INSERT INTO qctl_enqueue(queue, type, payload …)`.
///
/// The trigger runs inside the application's own transaction, on the application's SQLite. An outer
/// `INSERT OR REPLACE` would turn every conflict in here into a replacement, so nothing relies on
/// conflict handling: each write is guarded by explicit conditions (sqlite.org/lang_createtrigger.html).
/// The scratch rows `sql_last` and `sql_created` of qctl_meta carry values between its statements.
enum EnqueueView {
  static let view = """
    CREATE VIEW qctl_enqueue AS SELECT
      queue, type, x'' AS payload, priority, run_at, max_attempts, backoff, timeout_ms,
      unique_key, idempotency_key, NULL AS tags
    FROM qctl_jobs WHERE 0
    """

  /// The job of the latest insert, to be read in the same transaction: `id` as shown everywhere,
  /// `number` as in qctl_jobs, `created` 0 where a key gave an earlier job back.
  static let lastView = """
    CREATE VIEW qctl_last AS SELECT
      \(base32("l.value")) AS id, l.value AS number, c.value AS created
    FROM qctl_meta l, qctl_meta c WHERE l.key = 'sql_last' AND c.key = 'sql_created'
    """

  static let trigger = """
    CREATE TRIGGER qctl_enqueue_insert INSTEAD OF INSERT ON qctl_enqueue
    BEGIN
      \(checks)
      UPDATE qctl_meta SET value = coalesce(
        (SELECT job_id FROM qctl_idempotency WHERE queue = \(queue)
          AND key = NEW.idempotency_key AND expires_at > \(now)),
        (SELECT id FROM qctl_jobs WHERE queue = \(queue) AND held_key = NEW.unique_key
          AND held_key IS NOT NULL),
        0) WHERE key = 'sql_last';
      SELECT CASE WHEN EXISTS (SELECT 1 FROM qctl_idempotency i
          JOIN qctl_jobs j ON j.id = i.job_id JOIN qctl_payloads p ON p.id = i.job_id
          WHERE i.queue = \(queue) AND i.key = NEW.idempotency_key AND i.expires_at > \(now)
          AND (j.type <> \(type) OR p.payload <> \(payload) OR coalesce(p.tags, '') <> \(tags)))
        THEN RAISE(ABORT, 'qctl: the idempotency key was used with other content') END;
      UPDATE qctl_meta SET value = (SELECT value = 0 FROM qctl_meta WHERE key = 'sql_last')
        WHERE key = 'sql_created';
      UPDATE qctl_meta SET value = max(
          ((\(now) - 1577836800000) << 22) | (random() & 4194303),
          1 + coalesce((SELECT max(id) FROM qctl_jobs), 0),
          1 + coalesce((SELECT value FROM qctl_meta WHERE key = 'id_floor'), 0))
        WHERE key = 'sql_last' AND value = 0;
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
          max_attempts, backoff, timeout_ms, unique_key, held_key, idempotency_key)
        SELECT l.value, \(queue), \(type),
          CASE WHEN coalesce(NEW.run_at, 0) > \(now) THEN 'scheduled' ELSE 'ready' END,
          \(priority), coalesce(NEW.run_at, \(now)) + \(priority) * 288230376151711744,
          \(now), coalesce(NEW.run_at, \(now)),
          coalesce(NEW.max_attempts, 10), NEW.backoff, NEW.timeout_ms,
          NEW.unique_key, NEW.unique_key, NEW.idempotency_key
        FROM qctl_meta l, qctl_meta c
        WHERE l.key = 'sql_last' AND c.key = 'sql_created' AND c.value = 1;
      INSERT INTO qctl_payloads(id, payload, tags)
        SELECT l.value, \(payload), nullif(\(tags), '') FROM qctl_meta l, qctl_meta c
        WHERE l.key = 'sql_last' AND c.key = 'sql_created' AND c.value = 1;
      INSERT INTO qctl_queues(queue) SELECT \(queue)
        WHERE NOT EXISTS (SELECT 1 FROM qctl_queues WHERE queue = \(queue));
      UPDATE qctl_queues SET
          scheduled = scheduled + (coalesce(NEW.run_at, 0) > \(now)),
          ready = ready + (coalesce(NEW.run_at, 0) <= \(now)),
          total_enqueued = total_enqueued + 1
        WHERE queue = \(queue)
          AND (SELECT value FROM qctl_meta WHERE key = 'sql_created') = 1;
      DELETE FROM qctl_idempotency WHERE queue = \(queue) AND key = NEW.idempotency_key
        AND expires_at <= \(now);
      INSERT INTO qctl_idempotency(queue, key, job_id, expires_at)
        SELECT \(queue), NEW.idempotency_key, value, \(now) + 86400000 FROM qctl_meta
        WHERE key = 'sql_last' AND NEW.idempotency_key IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM qctl_idempotency
            WHERE queue = \(queue) AND key = NEW.idempotency_key);
    END
    """

  private static let queue = "coalesce(NEW.queue, 'default')"
  private static let type = "coalesce(NEW.type, 'default')"
  private static let payload = "CAST(coalesce(NEW.payload, x'') AS BLOB)"
  private static let tags = "coalesce(NEW.tags, '')"
  private static let priority = "coalesce(NEW.priority, 5)"
  /// Milliseconds since 1970; SQLite gives one and the same 'now' to all of one statement.
  private static let now = """
    (CAST(strftime('%s', 'now') AS INTEGER) * 1000 \
    + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER))
    """

  /// Every rule that the command line has for a job, as far as SQL can say it.
  private static let checks = [
    refuse(
      """
      typeof(\(queue)) <> 'text' OR \(queue) NOT GLOB '[A-Za-z0-9]*'
      OR \(queue) GLOB '*[^A-Za-z0-9._-]*' OR length(\(queue)) > 64 OR instr(\(queue), '..') > 0
      OR length(CAST(\(queue) AS BLOB)) <> length(\(queue))
      """, "the queue is not a name of letters, digits, '.', '_', '-', up to 64"),
    refuse(
      """
      typeof(\(type)) <> 'text' OR \(type) NOT GLOB '[A-Za-z0-9]*'
      OR \(type) GLOB '*[^A-Za-z0-9._:/-]*' OR length(\(type)) > 128 OR instr(\(type), '..') > 0
      OR length(CAST(\(type) AS BLOB)) <> length(\(type))
      """, "the type is not a name of letters, digits, '.', '_', '-', ':', '/', up to 128"),
    refuse(
      "length(\(payload)) > 262144",
      "the payload is over 262144 bytes; store the data elsewhere and enqueue its id"),
    refuse(
      "typeof(\(priority)) <> 'integer' OR \(priority) NOT BETWEEN 0 AND 9",
      "the priority is not 0 to 9"),
    refuse(
      "NEW.run_at IS NOT NULL AND (typeof(NEW.run_at) <> 'integer' OR abs(NEW.run_at) >= 1 << 45)",
      "run_at is not milliseconds since 1970"),
    refuse(
      """
      NEW.max_attempts IS NOT NULL AND (typeof(NEW.max_attempts) <> 'integer'
      OR NEW.max_attempts NOT BETWEEN 1 AND 1000)
      """, "max_attempts is not 1 to 1000"),
    refuse(
      """
      NEW.timeout_ms IS NOT NULL AND (typeof(NEW.timeout_ms) <> 'integer' OR NEW.timeout_ms <= 0)
      """, "timeout_ms is not a positive number of milliseconds"),
    refuse(badKey("NEW.unique_key"), "the unique key is not a text of 1 to 255 bytes"),
    refuse(badKey("NEW.idempotency_key"), "the idempotency key is not a text of 1 to 255 bytes"),
    refuse("NEW.backoff IS NOT NULL AND typeof(NEW.backoff) <> 'text'", "backoff is not a text"),
    refuse(
      """
      NEW.tags IS NOT NULL AND (typeof(NEW.tags) <> 'text' OR NEW.tags NOT GLOB '{*}')
      """, "tags is not a JSON object of texts"),
    refuse(
      "\(now) < 1577836800000 OR \(now) >= 3776859535552", "the clock is before 2020 or after 2089"),
  ].joined(separator: "\n      ")

  private static func badKey(_ key: String) -> String {
    """
    \(key) IS NOT NULL AND (typeof(\(key)) <> 'text'
      OR length(CAST(\(key) AS BLOB)) NOT BETWEEN 1 AND 255 OR instr(\(key), char(0)) > 0)
    """
  }

  private static func refuse(_ condition: String, _ sentence: String) -> String {
    let quoted = sentence.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''")
    return "SELECT CASE WHEN \(condition) THEN RAISE(ABORT, 'qctl: \(quoted)') END;"
  }

  private static func base32(_ number: String) -> String {
    stride(from: 60, through: 0, by: -5)
      .map { "substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + ((\(number) >> \($0)) & 31), 1)" }
      .joined(separator: " || ")
  }
}
