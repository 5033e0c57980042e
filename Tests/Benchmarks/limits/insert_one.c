// Limit: one durable enqueue as a process: open an existing WAL database, insert job and payload
// in one synced commit, print the id, close (which checkpoints).   insert_one DATABASE
#include "store.h"

int main(int count, char **arguments) {
  if (count != 2) give_up("usage", "insert_one DATABASE");
  sqlite3 *db;
  check(db, sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, NULL));
  execute(db, "PRAGMA synchronous=FULL");
  insertion insertion = prepare_insertion(db);
  execute(db, "BEGIN IMMEDIATE");
  insert_job(&insertion, 0);
  sqlite3_int64 id = sqlite3_last_insert_rowid(db);
  execute(db, "COMMIT");
  printf("%lld\n", (long long)id);
  finish_insertion(&insertion);
  sqlite3_close(db);
}
