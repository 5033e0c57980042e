// The leanest schema that can still be a job queue: a job row, its payload beside it, one index
// of what is ready, and one row per attempt. WAL, synchronous=FULL: a commit survives a power cut.
#ifndef STORE_H
#define STORE_H

#include <sqlite3.h>

#include "limit.h"

enum { READY = 1, ACTIVE = 2, COMPLETED = 3 };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS jobs(id INTEGER PRIMARY KEY, queue TEXT NOT NULL,"
    " type TEXT NOT NULL, state INTEGER NOT NULL, ord INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, token INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS payloads(id INTEGER PRIMARY KEY, payload BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS jobs_ready ON jobs(queue, ord, id) WHERE state = 1;"
    "CREATE TABLE IF NOT EXISTS attempts(job INTEGER NOT NULL, attempt INTEGER NOT NULL,"
    " finished INTEGER NOT NULL, outcome INTEGER NOT NULL, PRIMARY KEY(job, attempt))"
    " WITHOUT ROWID;";

static inline void check(sqlite3 *db, int code) {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
    give_up("sqlite", sqlite3_errmsg(db));
}

static inline void execute(sqlite3 *db, const char *sql) {
  check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static inline sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement;
  check(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

/// Runs a statement that returns no rows, and makes it ready for its next use.
static inline void run(sqlite3 *db, sqlite3_stmt *statement) {
  check(db, sqlite3_step(statement));
  check(db, sqlite3_reset(statement));
}

/// No mutexes and no memory statistics, as in qctl: worth 15 % where nothing waits for the disk.
static inline void configure(void) {
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Opens the database for durable writing, creating file and schema where they are missing.
static inline sqlite3 *open_store(const char *path) {
  configure();
  sqlite3 *db;
  check(db, sqlite3_open(path, &db));
  execute(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  execute(db, schema);
  return db;
}

/// The two statements of an enqueue.
typedef struct {
  sqlite3 *db;
  sqlite3_stmt *job, *payload;
} insertion;

static inline insertion prepare_insertion(sqlite3 *db) {
  insertion made = {
      db,
      prepare(db, "INSERT INTO jobs(queue, type, state, ord, attempt, token)"
                  " VALUES('q', 't', 1, ?1, 0, 0)"),
      prepare(db, "INSERT INTO payloads(id, payload) VALUES(?1, ?2)"),
  };
  return made;
}

/// Adds one ready job inside the caller's transaction.
static inline void insert_job(insertion *insertion, sqlite3_int64 ord) {
  static const char payload[] = "{\"n\":1234567}";
  check(insertion->db, sqlite3_bind_int64(insertion->job, 1, ord));
  run(insertion->db, insertion->job);
  sqlite3_int64 id = sqlite3_last_insert_rowid(insertion->db);
  check(insertion->db, sqlite3_bind_int64(insertion->payload, 1, id));
  check(insertion->db, sqlite3_bind_blob(insertion->payload, 2, payload, sizeof payload - 1,
                                         SQLITE_STATIC));
  run(insertion->db, insertion->payload);
}

static inline void finish_insertion(insertion *insertion) {
  sqlite3_finalize(insertion->job);
  sqlite3_finalize(insertion->payload);
}

/// Adds `count` ready jobs in one commit.
static inline void fill(sqlite3 *db, long count) {
  insertion insertion = prepare_insertion(db);
  execute(db, "BEGIN IMMEDIATE");
  for (long n = 0; n < count; n++) insert_job(&insertion, n);
  execute(db, "COMMIT");
  finish_insertion(&insertion);
}

#endif
