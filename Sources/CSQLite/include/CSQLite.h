#ifndef QCTL_CSQLITE_H
#define QCTL_CSQLITE_H

#include <sqlite3.h>

/// Before the first connection: no memory statistics (a mutex and counters on every allocation),
/// and no mutexes inside connections, since each of ours is guarded by one already.
static inline int qctl_sqlite_configure(void) {
  int code = sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  if (code != SQLITE_OK) return code;
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Syncs the write-ahead log through SQLite's own handle; opening the file by other means and
/// closing it again would drop SQLite's locks (sqlite.org/howtocorrupt.html, 2.2).
static inline int qctl_sqlite_sync_wal(sqlite3 *db) {
  sqlite3_file *file = 0;
  int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (code != SQLITE_OK) return code;
  if (file == 0 || file->pMethods == 0) return SQLITE_OK;
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

/// The latest errno of one of the two files, which SQLite keeps for each; 0 where there is none.
static inline int qctl_sqlite_file_errno(sqlite3 *db, int operation) {
  sqlite3_file *file = 0;
  int found = 0;
  if (sqlite3_file_control(db, "main", operation, &file) != SQLITE_OK) return 0;
  if (file == 0 || file->pMethods == 0) return 0;
  int code = file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &found);
  return code == SQLITE_OK ? found : 0;
}

/// `errno` behind a failed input or output: sqlite3_system_errno() stays 0 where a COMMIT fails.
static inline int qctl_sqlite_errno(sqlite3 *db) {
  int found = sqlite3_system_errno(db);
  if (found == 0) found = qctl_sqlite_file_errno(db, SQLITE_FCNTL_JOURNAL_POINTER);
  if (found == 0) found = qctl_sqlite_file_errno(db, SQLITE_FCNTL_FILE_POINTER);
  return found;
}

/// The destructor constants are casts that Swift cannot import.
static inline int qctl_sqlite_bind_text(sqlite3_stmt *s, int i, const char *p, int n) {
  return sqlite3_bind_text(s, i, p, n, SQLITE_TRANSIENT);
}

static inline int qctl_sqlite_bind_blob(sqlite3_stmt *s, int i, const void *p, int n) {
  if (n == 0) return sqlite3_bind_zeroblob(s, i, 0);
  return sqlite3_bind_blob(s, i, p, n, SQLITE_TRANSIENT);
}

#endif
