// Limit: durable enqueues, one synced commit each, with the rows that qctl writes. Other processes
// may do the same on that store; SQLite's own waiting arbitrates. With `keys` each job holds a unique
// key and is remembered by an idempotency key, both looked up before.   same_enqueue N STORE [keys]
#include "same.h"

enum { DAY = 86400000 };

/// What keys cost: two questions, two columns of the job, and a row that remembers the request.
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *known, *holder, *job, *request;
} keys;

static keys prepare_keys(sqlite3 *db) {
  keys made = {
      db,
      prepare(db, "SELECT job_id, digest FROM qctl_idempotency"
                  " WHERE queue = ?1 AND key = ?2 AND expires_at > ?3"),
      prepare(db, "SELECT id FROM qctl_jobs"
                  " WHERE queue = ?1 AND held_key = ?2 AND held_key IS NOT NULL"),
      prepare(db, "INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at,"
                  " run_at, max_attempts, unique_key, held_key, idempotency_key)"
                  " VALUES(?1, ?2, ?3, 'ready', 5, ?4, ?5, ?5, 10, ?6, ?6, ?6)"),
      prepare(db, "INSERT OR REPLACE INTO qctl_idempotency(queue, key, job_id, digest, expires_at)"
                  " VALUES(?1, ?2, ?3, ?4, ?5)"),
  };
  // No digest of the content is reckoned here: 32 bytes stand for it.
  static const char digest[32] = "0123456789abcdef0123456789abcde";
  sqlite3_stmt *all[] = {made.known, made.holder, made.request};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) bind_text(all[n], 1, sample.queue);
  bind_text(made.job, 2, sample.queue);
  bind_text(made.job, 3, sample.type);
  sqlite3_bind_blob(made.request, 4, digest, sizeof digest, SQLITE_STATIC);
  return made;
}

static void need_none(keys *keys, sqlite3_stmt *question) {
  if (sqlite3_step(question) != SQLITE_DONE) give_up("key", "is taken");
  check(keys->db, sqlite3_reset(question));
}

static void insert_keyed(keys *keys, same_insertion *insertion, const char *key,
                         sqlite3_int64 now) {
  bind_text(keys->known, 2, key);
  sqlite3_bind_int64(keys->known, 3, now);
  need_none(keys, keys->known);
  bind_text(keys->holder, 2, key);
  need_none(keys, keys->holder);
  sqlite3_int64 id = next_id(insertion, now);
  sqlite3_bind_int64(keys->job, 1, id);
  sqlite3_bind_int64(keys->job, 4, order(now, 5));
  sqlite3_bind_int64(keys->job, 5, now);
  bind_text(keys->job, 6, key);
  run(keys->db, keys->job);
  sqlite3_bind_int64(insertion->payload, 1, id);
  run(keys->db, insertion->payload);
  bind_text(keys->request, 2, key);
  sqlite3_bind_int64(keys->request, 3, id);
  sqlite3_bind_int64(keys->request, 5, now + DAY);
  run(keys->db, keys->request);
}

static void finish_keys(keys *keys) {
  sqlite3_stmt *all[] = {keys->known, keys->holder, keys->job, keys->request};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) sqlite3_finalize(all[n]);
}

int main(int count, char **arguments) {
  int keyed = count == 4 && strcmp(arguments[3], "keys") == 0;
  if (count != 3 && !keyed) give_up("usage", "same_enqueue N STORE [keys]");
  long jobs = positive(arguments[1]);
  sqlite3 *db = open_made_store(arguments[2]);
  same_insertion insertion = prepare_same_insertion(db, &sample);
  keys keys = prepare_keys(db);
  sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");

  double start = seconds(), before = start, longest = 0;
  for (long n = 0; n < jobs; n++) {
    run(db, begin);
    sqlite3_int64 now = wall_milliseconds();
    if (keyed) {
      char key[32];
      snprintf(key, sizeof key, "request-%ld", n);
      insert_keyed(&keys, &insertion, key, now);
    } else {
      insert_same_job(&insertion, next_id(&insertion, now), now);
    }
    count_same_jobs(&insertion, 1);
    run(db, commit);
    before = lap(before, &longest);
  }
  report(jobs, before - start);
  report_longest(longest);

  finish_keys(&keys);
  finish_same_insertion(&insertion);
  sqlite3_finalize(begin);
  sqlite3_finalize(commit);
  sqlite3_close(db);
}
