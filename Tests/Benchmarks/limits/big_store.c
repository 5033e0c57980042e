// Fills a store that `qctl init` made with rows like qctl's, fast and without any durability:
// COMPLETED jobs with their history, SCHEDULED ones of the highest priority that are due in a year,
// READY ones, in this order of age. Not a limit.   big_store COMPLETED SCHEDULED READY STORE
#include "same.h"

enum { DAY = 86400000 };

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *job, *payload, *attempt, *log;
  sqlite3_int64 now, made;
  long total;
} filling;

static filling prepare_filling(sqlite3 *db, long total) {
  filling made = {
      .db = db,
      .job = prepare(db, "INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at,"
                         " run_at, started_at, finished_at, attempt, max_attempts, worker)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, 10, ?11)"),
      .payload = prepare(db, "INSERT INTO qctl_payloads(id, payload) VALUES(?1, ?2)"),
      .attempt = prepare(db, "INSERT INTO qctl_attempts(job_id, attempt, started_at, finished_at,"
                             " outcome, worker) VALUES(?1, 1, ?2, ?2, 'completed', 'bench')"),
      .log = prepare(db, "INSERT INTO qctl_log(timestamp, event, queue, job_id, job_type, attempt,"
                         " status, duration_ms, worker)"
                         " VALUES(?2, 'completed', ?3, ?1, ?4, 1, 'completed', 0, 'bench')"),
      .now = wall_milliseconds(),
      .total = total,
  };
  bind_text(made.job, 2, sample.queue);
  bind_text(made.job, 3, sample.type);
  sqlite3_bind_blob(made.payload, 2, sample.payload, (int)strlen(sample.payload), SQLITE_STATIC);
  bind_text(made.log, 3, sample.queue);
  bind_text(made.log, 4, sample.type);
  return made;
}

/// Jobs are made evenly over the last day.
static sqlite3_int64 enqueued_at(const filling *filling) {
  return filling->now - DAY + filling->made * DAY / filling->total;
}

static sqlite3_int64 insert(filling *filling, const char *state, int priority,
                            sqlite3_int64 enqueued, sqlite3_int64 run_at) {
  sqlite3_int64 id = first_id(enqueued) + (filling->made++ & 4194303);
  sqlite3_bind_int64(filling->job, 1, id);
  bind_text(filling->job, 4, state);
  sqlite3_bind_int64(filling->job, 5, priority);
  sqlite3_bind_int64(filling->job, 6, order(run_at, priority));
  sqlite3_bind_int64(filling->job, 7, enqueued);
  sqlite3_bind_int64(filling->job, 8, run_at);
  run(filling->db, filling->job);
  sqlite3_bind_int64(filling->payload, 1, id);
  run(filling->db, filling->payload);
  return id;
}

static void insert_waiting(filling *filling, long count, const char *state, int priority,
                           sqlite3_int64 delay) {
  sqlite3_bind_null(filling->job, 9);
  sqlite3_bind_int(filling->job, 10, 0);
  sqlite3_bind_null(filling->job, 11);
  for (long n = 0; n < count; n++) {
    sqlite3_int64 enqueued = enqueued_at(filling);
    insert(filling, state, priority, enqueued, enqueued + delay);
  }
}

static void insert_completed(filling *filling, long count) {
  sqlite3_bind_int(filling->job, 10, 1);
  bind_text(filling->job, 11, "bench");
  for (long n = 0; n < count; n++) {
    sqlite3_int64 enqueued = enqueued_at(filling);
    sqlite3_bind_int64(filling->job, 9, enqueued);
    sqlite3_int64 id = insert(filling, "completed", 5, enqueued, enqueued);
    sqlite3_stmt *history[] = {filling->attempt, filling->log};
    for (int part = 0; part < 2; part++) {
      sqlite3_bind_int64(history[part], 1, id);
      sqlite3_bind_int64(history[part], 2, enqueued);
      run(filling->db, history[part]);
    }
  }
}

static void count_jobs(sqlite3 *db, long completed, long scheduled, long ready) {
  sqlite3_stmt *count = prepare(
      db, "INSERT INTO qctl_queues(queue, completed, total_succeeded, scheduled, ready,"
          " total_enqueued) VALUES(?1, ?2, ?2, ?3, ?4, ?2 + ?3 + ?4)");
  bind_text(count, 1, sample.queue);
  sqlite3_bind_int64(count, 2, completed);
  sqlite3_bind_int64(count, 3, scheduled);
  sqlite3_bind_int64(count, 4, ready);
  run(db, count);
  sqlite3_finalize(count);
}

/// A count given as an argument, which may be 0.
static long amount(const char *text) { return strcmp(text, "0") == 0 ? 0 : positive(text); }

int main(int count, char **arguments) {
  if (count != 5) give_up("usage", "big_store COMPLETED SCHEDULED READY STORE");
  long completed = amount(arguments[1]), scheduled = amount(arguments[2]),
       ready = amount(arguments[3]);
  if (completed + scheduled + ready == 0) give_up("big_store", "nothing to make");
  sqlite3 *db = open_made_store(arguments[4]);
  // All rows rise in every index, so the indexes may be there from the beginning.
  execute(db, "PRAGMA journal_mode=DELETE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
              "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-200000; BEGIN IMMEDIATE");
  filling filling = prepare_filling(db, completed + scheduled + ready);
  insert_completed(&filling, completed);
  insert_waiting(&filling, scheduled, "scheduled", 0, 365LL * DAY);
  insert_waiting(&filling, ready, "ready", 5, 0);
  count_jobs(db, completed, scheduled, ready);
  execute(db, "COMMIT");

  sqlite3_stmt *all[] = {filling.job, filling.payload, filling.attempt, filling.log};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) sqlite3_finalize(all[n]);
  execute(db, "PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL");
  sqlite3_close(db);
}
