// Limit: take every waiting job, BATCH at a time, and record its success; synced commits.
//   two   claim in one commit, settle in a second
//   one   settle the jobs in hand and claim the next in the same commit
// The N jobs are put there first, outside the time taken.   settle_claim one|two N BATCH DATABASE
#include <string.h>

#include "store.h"

typedef struct {
  sqlite3_int64 id, attempt, token;
} lease;

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *begin, *commit, *heads, *take, *payload, *finish, *record;
} statements;

static statements prepare_all(sqlite3 *db) {
  statements made = {
      db,
      prepare(db, "BEGIN IMMEDIATE"),
      prepare(db, "COMMIT"),
      prepare(db, "SELECT id, attempt FROM jobs WHERE state = 1 AND queue = 'q'"
                  " ORDER BY ord, id LIMIT ?1"),
      prepare(db, "UPDATE jobs SET state = 2, attempt = ?2, token = ?3 WHERE id = ?1"),
      prepare(db, "SELECT payload FROM payloads WHERE id = ?1"),
      prepare(db, "UPDATE jobs SET state = 3 WHERE id = ?1 AND token = ?2"),
      prepare(db, "INSERT INTO attempts(job, attempt, finished, outcome) VALUES(?1, ?2, ?3, 0)"),
  };
  return made;
}

static void finalize_all(statements *s) {
  sqlite3_stmt *all[] = {s->begin, s->commit, s->heads, s->take, s->payload, s->finish, s->record};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) sqlite3_finalize(all[n]);
}

/// Takes up to `limit` jobs inside the caller's transaction; returns how many.
static long claim(statements *s, lease *leases, long limit) {
  long taken = 0;
  sqlite3_bind_int64(s->heads, 1, limit);
  while (sqlite3_step(s->heads) == SQLITE_ROW) {
    lease *next = &leases[taken++];
    next->id = sqlite3_column_int64(s->heads, 0);
    next->attempt = sqlite3_column_int64(s->heads, 1) + 1;
    sqlite3_randomness(sizeof next->token, &next->token);
  }
  check(s->db, sqlite3_reset(s->heads));
  for (long n = 0; n < taken; n++) {
    sqlite3_bind_int64(s->take, 1, leases[n].id);
    sqlite3_bind_int64(s->take, 2, leases[n].attempt);
    sqlite3_bind_int64(s->take, 3, leases[n].token);
    run(s->db, s->take);
    sqlite3_bind_int64(s->payload, 1, leases[n].id);
    if (sqlite3_step(s->payload) != SQLITE_ROW) give_up("payload", "missing");
    if (sqlite3_column_bytes(s->payload, 0) == 0) give_up("payload", "empty");
    check(s->db, sqlite3_reset(s->payload));
  }
  return taken;
}

static void settle(statements *s, const lease *leases, long count) {
  for (long n = 0; n < count; n++) {
    sqlite3_bind_int64(s->finish, 1, leases[n].id);
    sqlite3_bind_int64(s->finish, 2, leases[n].token);
    run(s->db, s->finish);
    if (sqlite3_changes(s->db) != 1) give_up("settle", "lease lost");
    sqlite3_bind_int64(s->record, 1, leases[n].id);
    sqlite3_bind_int64(s->record, 2, leases[n].attempt);
    sqlite3_bind_int64(s->record, 3, (sqlite3_int64)time(NULL));
    run(s->db, s->record);
  }
}

static long drain_in_two_commits(statements *s, lease *leases, long batch) {
  long settled = 0;
  for (;;) {
    run(s->db, s->begin);
    long taken = claim(s, leases, batch);
    run(s->db, s->commit);
    if (taken == 0) return settled;
    run(s->db, s->begin);
    settle(s, leases, taken);
    run(s->db, s->commit);
    settled += taken;
  }
}

static long drain_in_one_commit(statements *s, lease *leases, long batch) {
  long settled = 0, held = 0;
  do {
    run(s->db, s->begin);
    settle(s, leases, held);
    settled += held;
    held = claim(s, leases, batch);
    run(s->db, s->commit);
  } while (held > 0);
  return settled;
}

int main(int count, char **arguments) {
  if (count != 5) give_up("usage", "settle_claim one|two N BATCH DATABASE");
  int together = strcmp(arguments[1], "one") == 0;
  if (!together && strcmp(arguments[1], "two") != 0) give_up(arguments[1], "neither one nor two");
  long jobs = positive(arguments[2]), batch = positive(arguments[3]);
  lease *leases = calloc((size_t)batch, sizeof *leases);
  if (leases == NULL) give_up("memory", "exhausted");
  sqlite3 *db = open_store(arguments[4]);
  fill(db, jobs);
  statements statements = prepare_all(db);

  double start = seconds();
  long settled = together ? drain_in_one_commit(&statements, leases, batch)
                          : drain_in_two_commits(&statements, leases, batch);
  double elapsed = seconds() - start;
  if (settled < jobs) give_up("settle_claim", "jobs were left behind");
  report(settled, elapsed);

  finalize_all(&statements);
  sqlite3_close(db);
  free(leases);
}
