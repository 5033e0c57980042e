// The rows that qctl writes, by the fewest and leanest statements: what its promises (indexes, kept
// counts, history, log) cost in C. The store must have been made by `qctl init`, so that tables and
// indexes are always the present ones.
#ifndef SAME_H
#define SAME_H

#include <string.h>

#include "store.h"

/// What a job is; the defaults are the job of `qctl-bench`.
typedef struct {
  const char *queue, *type, *payload;
} content;

static const content sample = {"default", "bench", "{\"user\":42,\"template\":\"welcome\"}"};

static inline sqlite3_int64 wall_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (sqlite3_int64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/// The first id of a millisecond: 41 bits since 2020, then 22 low ones.
static inline sqlite3_int64 first_id(sqlite3_int64 milliseconds) {
  return (milliseconds - 1577836800000) << 22;
}

/// The place in the queue: due time, and a quantum for each level of priority.
static inline sqlite3_int64 order(sqlite3_int64 run_at, int priority) {
  return run_at + ((sqlite3_int64)priority << 58);
}

static inline void bind_text(sqlite3_stmt *statement, int place, const char *text) {
  sqlite3_bind_text(statement, place, text, (int)strlen(text), SQLITE_STATIC);
}

/// Opens a store that `qctl init` made, with a sync in each commit: one outside of it, as in qctl,
/// is no faster for a process that is alone.
static inline sqlite3 *open_made_store(const char *path) {
  configure();
  sqlite3 *db;
  check(db, sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL));
  sqlite3_busy_timeout(db, 30000);
  execute(db, "PRAGMA synchronous=FULL");
  return db;
}

/// The statements of an enqueue; counts are written once a transaction.
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *last, *job, *payload, *count;
} same_insertion;

static inline same_insertion prepare_same_insertion(sqlite3 *db, const content *content) {
  same_insertion made = {
      db,
      prepare(db, "SELECT max(coalesce((SELECT max(id) FROM qctl_jobs), 0),"
                  " (SELECT value FROM qctl_meta WHERE key = 'id_floor'))"),
      prepare(db, "INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at,"
                  " run_at, max_attempts) VALUES(?1, ?2, ?3, 'ready', 5, ?4, ?5, ?5, 10)"),
      prepare(db, "INSERT INTO qctl_payloads(id, payload) VALUES(?1, ?2)"),
      prepare(db, "INSERT INTO qctl_queues(queue, ready, total_enqueued) VALUES(?1, ?2, ?2)"
                  " ON CONFLICT(queue) DO UPDATE SET ready = ready + ?2,"
                  " total_enqueued = total_enqueued + ?2"),
  };
  bind_text(made.job, 2, content->queue);
  bind_text(made.job, 3, content->type);
  sqlite3_bind_blob(made.payload, 2, content->payload, (int)strlen(content->payload),
                    SQLITE_STATIC);
  bind_text(made.count, 1, content->queue);
  return made;
}

/// The next free id; to be asked inside a transaction.
static inline sqlite3_int64 next_id(same_insertion *insertion, sqlite3_int64 now) {
  if (sqlite3_step(insertion->last) != SQLITE_ROW) give_up("last id", "missing");
  sqlite3_int64 last = sqlite3_column_int64(insertion->last, 0), drawn = first_id(now);
  check(insertion->db, sqlite3_reset(insertion->last));
  return drawn > last ? drawn : last + 1;
}

/// Adds one ready job inside the caller's transaction.
static inline void insert_same_job(same_insertion *insertion, sqlite3_int64 id,
                                   sqlite3_int64 now) {
  sqlite3_bind_int64(insertion->job, 1, id);
  sqlite3_bind_int64(insertion->job, 4, order(now, 5));
  sqlite3_bind_int64(insertion->job, 5, now);
  run(insertion->db, insertion->job);
  sqlite3_bind_int64(insertion->payload, 1, id);
  run(insertion->db, insertion->payload);
}

static inline void count_same_jobs(same_insertion *insertion, long count) {
  sqlite3_bind_int64(insertion->count, 2, count);
  run(insertion->db, insertion->count);
}

static inline void finish_same_insertion(same_insertion *insertion) {
  sqlite3_stmt *all[] = {insertion->last, insertion->job, insertion->payload, insertion->count};
  for (size_t n = 0; n < sizeof all / sizeof *all; n++) sqlite3_finalize(all[n]);
}

#endif
