/// Transactional enqueue from any language: `INSERT INTO qctl_enqueue(queue, type, payload …)`.
///
/// The trigger runs inside the application's own transaction, on the application's SQLite. An outer
/// `INSERT OR REPLACE` or `OR IGNORE` becomes the conflict rule of every statement in here
/// (sqlite.org/lang_createtrigger.html), so nothing relies on conflict handling: each write is
/// guarded by explicit conditions, and refusals are RAISE(ABORT).
///
/// The one row of `qctl_request` holds the request with its defaults filled in.
/// All of the schema is parsed whenever a store is opened, at some 600 instructions a word: saying
/// each thing once in here took a quarter off the instructions of `qctl show`.
enum EnqueueView {
  static let table = """
    CREATE TABLE qctl_request(
      queue, type, priority, run_at, max_attempts, timeout_ms, unique_key, idempotency_key, tags,
      now, id, created
    )
    """

  static let view = """
    CREATE VIEW qctl_enqueue AS SELECT queue, type, x'' AS payload, priority, run_at,
      max_attempts, '' AS backoff, timeout_ms, unique_key, idempotency_key, tags,
      '' AS unique_scope, '' AS on_conflict, 0 AS idempotency_ttl_ms,
      '' AS concurrency_key
    FROM qctl_request WHERE 0
    """

  /// The job of the latest insert, to be read in the same transaction: `id` as shown everywhere,
  /// `number` as in qctl_jobs, `created` 0 where a key gave an earlier job back.
  static let lastView = """
    CREATE VIEW qctl_last AS
    WITH d(rest, text) AS (
      SELECT id, '' FROM qctl_request UNION ALL
      SELECT rest >> 5, substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + (rest & 31), 1) || text
      FROM d WHERE length(text) < 13)
    SELECT text AS id, r.id AS number, created FROM d, qctl_request r WHERE length(text) = 13
    """

  static let trigger = """
    CREATE TRIGGER qctl_enqueue_insert INSTEAD OF INSERT ON qctl_enqueue
    BEGIN
      UPDATE qctl_request SET queue = coalesce(NEW.queue, 'default'),
        type = coalesce(NEW.type, 'default'), priority = NEW.priority,
        run_at = NEW.run_at, max_attempts = NEW.max_attempts,
        timeout_ms = NEW.timeout_ms, unique_key = NEW.unique_key,
        idempotency_key = NEW.idempotency_key, tags = NEW.tags,
        now = strftime('%s', 'now') * 1000 + substr(strftime('%f', 'now'), 4),
        id = coalesce(
          (SELECT job_id FROM qctl_idempotency WHERE queue = coalesce(NEW.queue, 'default')
            AND key = NEW.idempotency_key AND expires_at > strftime('%s', 'now') * 1000),
          (SELECT id FROM qctl_jobs WHERE queue = coalesce(NEW.queue, 'default')
            AND held_key = NEW.unique_key));
      UPDATE qctl_request SET (priority, max_attempts, timeout_ms) =
        (SELECT coalesce(r.priority, q.priority, 5), coalesce(r.max_attempts, q.max_attempts, 10),
          coalesce(r.timeout_ms, q.timeout_ms)
        FROM qctl_request r LEFT JOIN qctl_queues q ON q.queue = r.queue);
      SELECT RAISE(ABORT, 'qctl: the row of qctl_request is gone')
        WHERE NOT EXISTS (SELECT 1 FROM qctl_request);
      SELECT CASE
        \(checks)
      END FROM qctl_request r;
      UPDATE qctl_request SET created = id IS NULL, run_at = coalesce(run_at, now),
        id = coalesce(id, max(((now - 1577836800000) << 22) | (random() & 4194303),
          1 + coalesce((SELECT max(id) FROM qctl_jobs), 0),
          1 + (SELECT value FROM qctl_meta WHERE key = 'id_floor')));
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
          max_attempts, backoff, timeout_ms, unique_key, held_key, idempotency_key, unique_scope,
          concurrency_key)
        SELECT id, queue, type, CASE WHEN run_at > now THEN 'scheduled' ELSE 'ready' END,
          priority, run_at + priority * coalesce((SELECT aging_ms FROM qctl_queues q
            WHERE q.queue = qctl_request.queue), 288230376151711744), now, run_at, max_attempts,
          NEW.backoff, timeout_ms, unique_key, unique_key, idempotency_key,
          nullif(NEW.unique_scope, 'active'), NEW.concurrency_key
        FROM qctl_request WHERE created;
      INSERT INTO qctl_payloads(id, payload, tags)
        SELECT id, \(payload), tags FROM qctl_request WHERE created;
      INSERT INTO qctl_queues(queue) SELECT queue FROM qctl_request
        WHERE queue NOT IN (SELECT queue FROM qctl_queues);
      UPDATE qctl_queues SET scheduled = scheduled + (SELECT run_at > now FROM qctl_request),
          ready = ready + (SELECT run_at <= now FROM qctl_request),
          total_enqueued = total_enqueued + 1
        WHERE queue = (SELECT queue FROM qctl_request WHERE created);
      DELETE FROM qctl_idempotency WHERE queue = coalesce(NEW.queue, 'default')
        AND key = NEW.idempotency_key AND expires_at <= strftime('%s', 'now') * 1000;
      INSERT INTO qctl_idempotency
        SELECT queue, idempotency_key, id, NULL, now + coalesce(NEW.idempotency_ttl_ms,
          (SELECT keep_keys & 35184372088831 FROM qctl_queues q
            WHERE q.queue = qctl_request.queue),
          (SELECT value & 35184372088831 FROM qctl_meta WHERE key = 'keep_keys'), 86400000)
        FROM qctl_request
        WHERE created AND idempotency_key IS NOT NULL;
    END
    """

  private static let payload = "CAST(coalesce(NEW.payload, x'') AS BLOB)"

  /// Every rule that the command line has for a job, as far as SQL can say it.
  ///
  /// Of the names of SQLite's types, `text` and `null` alone have none of b, i and r.
  private static let checks = [
    refuse(
      """
      typeof(queue) || typeof(type) || typeof(unique_key) || typeof(idempotency_key) \
      || typeof(NEW.backoff) || typeof(NEW.concurrency_key) || typeof(tags) GLOB '*[bir]*'
      """, "queue, type, keys, backoff and tags are texts"),
    refuse(
      badName("queue", most: 64, others: ""),
      "the queue is not a name of letters, digits, '.', '_', '-', up to 64"),
    refuse(
      badName("type", most: 128, others: ":/"),
      "the type is not a name of letters, digits, '.', '_', '-', ':', '/', up to 128"),
    refuse(
      "length(\(payload)) > 262144",
      "the payload is over 262144 bytes; store the data elsewhere and enqueue its id"),
    refuse(
      "typeof(priority) <> 'integer' OR priority NOT BETWEEN 0 AND 9",
      "the priority is not 0 to 9"),
    refuse(
      "typeof(run_at) NOT IN ('integer', 'null') OR abs(run_at) >= 1 << 45",
      "run_at is not milliseconds since 1970"),
    refuse(
      "typeof(max_attempts) <> 'integer' OR max_attempts NOT BETWEEN 1 AND 1000",
      "max_attempts is not 1 to 1000"),
    refuse(
      "typeof(timeout_ms) NOT IN ('integer', 'null') OR timeout_ms <= 0",
      "timeout_ms is not a positive number of milliseconds"),
    refuse(badKey("unique_key"), "the unique key is not a text of 1 to 255 bytes"),
    refuse(badKey("idempotency_key"), "the idempotency key is not a text of 1 to 255 bytes"),
    refuse(
      "NEW.unique_scope NOT IN ('queued', 'active', 'kept')",
      "unique_scope is queued, active or kept"),
    refuse("NEW.on_conflict NOT IN ('ignore', 'fail')", "on_conflict is ignore or fail"),
    refuse(
      "typeof(NEW.idempotency_ttl_ms) NOT IN ('integer', 'null') OR NEW.idempotency_ttl_ms < 1000",
      "idempotency_ttl_ms is not milliseconds, at least 1000"),
    refuse(
      """
      NEW.on_conflict = 'fail' AND EXISTS (SELECT 1 FROM qctl_jobs j WHERE j.id = r.id \
      AND j.held_key = r.unique_key AND j.idempotency_key IS NOT r.idempotency_key)
      """, "another job holds the unique key"),
    refuse(
      badKey("NEW.concurrency_key"), "the concurrency key is not a text of 1 to 255 bytes"),
    refuse("tags NOT GLOB '{*}'", "tags is not a JSON object of texts"),
    refuse(
      """
      r.id IS NULL AND EXISTS (SELECT 1 FROM qctl_queues q WHERE q.queue = r.queue \
      AND scheduled + ready + retrying + blocked >= max_depth)
      """, "the queue is full"),
    refuse(
      "now NOT BETWEEN 1577836800000 AND 3776859535551",
      "the clock is before 2020 or after 2089"),
    refuse(
      """
      EXISTS (SELECT 1 FROM qctl_jobs j, qctl_payloads p WHERE j.id = r.id AND p.id = r.id \
      AND j.idempotency_key = r.idempotency_key AND coalesce(instr(p.actions, '"edited"'), 0) = 0 \
      AND (j.type <> r.type OR p.payload <> \(payload) \
      OR coalesce(p.tags, '') <> coalesce(r.tags, '')))
      """, "the idempotency key was used with other content"),
  ].joined(separator: "\n        ")

  /// A length in bytes that differs from the one in characters betrays a NUL or a wider letter.
  private static func badName(_ name: String, most: Int, others: String) -> String {
    """
    \(name) NOT GLOB '[A-Za-z0-9]*' OR \(name) GLOB '*[^A-Za-z0-9._\(others)-]*' \
    OR \(name) LIKE '%..%' OR length(CAST(\(name) AS BLOB)) > min(length(\(name)), \(most))
    """
  }

  private static func badKey(_ key: String) -> String {
    "length(CAST(\(key) AS BLOB)) NOT BETWEEN 1 AND 255 OR instr(\(key), char(0))"
  }

  private static func refuse(_ condition: String, _ sentence: String) -> String {
    let quoted = sentence.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''")
    return "WHEN \(condition) THEN RAISE(ABORT, 'qctl: \(quoted)')"
  }
}
