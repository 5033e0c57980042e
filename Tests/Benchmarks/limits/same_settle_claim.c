// Limit: settle the jobs in hand and claim the next in one synced commit, BATCH at a time, with the
// rows that qctl writes: job, attempt, log record, counts. Takes N of the jobs that are there;
// other processes may do the same on that store.   same_settle_claim N BATCH STORE
#include "same.h"

typedef struct {
  sqlite3_int64 id, attempt, token, started;
} lease;

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *begin, *commit, *heads, *take, *payload, *finish, *record, *log, *count;
} statements;

static statements prepare_all(sqlite3 *db) {
  statements made = {
      db,
      prepare(db, "BEGIN IMMEDIATE"),
      prepare(db, "COMMIT"),
      prepare(db, "SELECT id, attempt FROM qctl_jobs WHERE state = 'ready' AND queue = ?1"
                  " ORDER BY ord, id LIMIT ?2"),
      prepare(db, "UPDATE qctl_jobs SET state = 'active', attempt = ?2, token = ?3,"
                  " started_at = ?4, lease_until = ?4 + 60000, worker = 'bench' WHERE id = ?1"),
      prepare(db, "SELECT payload, tags FROM qctl_payloads WHERE id = ?1"),
      prepare(db, "UPDATE qctl_jobs SET state = 'completed', finished_at = ?3, token = NULL,"
                  " lease_until = NULL WHERE id = ?1 AND state = 'active' AND token = ?2"),
      prepare(db, "INSERT INTO qctl_attempts(job_id, attempt, started_at, finished_at, outcome,"
                  " worker) VALUES(?1, ?2, ?3, ?4, 'completed', 'bench')"),
      prepare(db, "INSERT INTO qctl_log(timestamp, event, queue, job_id, job_type, attempt,"
                  " status, duration_ms, worker)"
                  " VALUES(?4, 'completed', ?5, ?1, ?6, ?2, 'completed', ?4 - ?3, 'bench')"),
      prepare(db, "UPDATE qctl_queues SET ready = ready - ?2, active = active + ?2 - ?3,"
                  " completed = completed + ?3, total_succeeded = total_succeeded + ?3"
                  " WHERE queue = ?1"),
  };
  bind_text(made.heads, 1, sample.queue);
  bind_text(made.log, 5, sample.queue);
  bind_text(made.log, 6, sample.type);
  bind_text(made.count, 1, sample.queue);
  return made;
}

static void finalize_all(statements *s) {
  sqlite3_stmt *all[] = {s->begin,  s->commit, s->heads, s->take, s->payload,
                         s->finish, s->record, s->log,   s->count};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) sqlite3_finalize(all[n]);
}

/// Takes up to `limit` jobs inside the caller's transaction; returns how many.
static long claim(statements *s, lease *leases, long limit, sqlite3_int64 now) {
  long taken = 0;
  sqlite3_bind_int64(s->heads, 2, limit);
  while (taken < limit && sqlite3_step(s->heads) == SQLITE_ROW) {
    lease *next = &leases[taken++];
    next->id = sqlite3_column_int64(s->heads, 0);
    next->attempt = sqlite3_column_int64(s->heads, 1) + 1;
    next->started = now;
    sqlite3_randomness(sizeof next->token, &next->token);
  }
  check(s->db, sqlite3_reset(s->heads));
  for (long n = 0; n < taken; n++) {
    sqlite3_bind_int64(s->take, 1, leases[n].id);
    sqlite3_bind_int64(s->take, 2, leases[n].attempt);
    sqlite3_bind_int64(s->take, 3, leases[n].token);
    sqlite3_bind_int64(s->take, 4, now);
    run(s->db, s->take);
    sqlite3_bind_int64(s->payload, 1, leases[n].id);
    if (sqlite3_step(s->payload) != SQLITE_ROW) give_up("payload", "missing");
    if (sqlite3_column_bytes(s->payload, 0) == 0) give_up("payload", "empty");
    check(s->db, sqlite3_reset(s->payload));
  }
  return taken;
}

static void note(statements *s, sqlite3_stmt *into, const lease *lease, sqlite3_int64 now) {
  sqlite3_bind_int64(into, 1, lease->id);
  sqlite3_bind_int64(into, 2, lease->attempt);
  sqlite3_bind_int64(into, 3, lease->started);
  sqlite3_bind_int64(into, 4, now);
  run(s->db, into);
}

static void settle(statements *s, const lease *leases, long count, sqlite3_int64 now) {
  for (long n = 0; n < count; n++) {
    sqlite3_bind_int64(s->finish, 1, leases[n].id);
    sqlite3_bind_int64(s->finish, 2, leases[n].token);
    sqlite3_bind_int64(s->finish, 3, now);
    run(s->db, s->finish);
    if (sqlite3_changes(s->db) != 1) give_up("settle", "lease lost");
    note(s, s->record, &leases[n], now);
    note(s, s->log, &leases[n], now);
  }
}

static void change_counts(statements *s, long claimed, long settled) {
  sqlite3_bind_int64(s->count, 2, claimed);
  sqlite3_bind_int64(s->count, 3, settled);
  run(s->db, s->count);
}

/// Settles `jobs` of what is there, or all if they are fewer; returns how many.
static long drain(statements *s, lease *leases, long jobs, long batch, double *longest) {
  long settled = 0, held = 0;
  double before = seconds();
  do {
    run(s->db, s->begin);
    sqlite3_int64 now = wall_milliseconds();
    settle(s, leases, held, now);
    long left = jobs - settled - held;
    long taken = left > 0 ? claim(s, leases, left < batch ? left : batch, now) : 0;
    change_counts(s, taken, held);
    run(s->db, s->commit);
    before = lap(before, longest);
    settled += held;
    held = taken;
  } while (held > 0);
  return settled;
}

int main(int count, char **arguments) {
  if (count != 4) give_up("usage", "same_settle_claim N BATCH STORE");
  long jobs = positive(arguments[1]), batch = positive(arguments[2]);
  lease *leases = calloc((size_t)batch, sizeof *leases);
  if (leases == NULL) give_up("memory", "exhausted");
  sqlite3 *db = open_made_store(arguments[3]);
  statements statements = prepare_all(db);

  double start = seconds(), longest = 0;
  long settled = drain(&statements, leases, jobs, batch, &longest);
  double elapsed = seconds() - start;
  if (settled < jobs) give_up("same_settle_claim", "there were too few jobs");
  report(settled, elapsed);
  report_longest(longest);

  finalize_all(&statements);
  sqlite3_close(db);
  free(leases);
}
