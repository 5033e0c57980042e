// Limit: open an existing database, read one job with its payload by id, print it, close.
// Built dynamic and static.   query_one DATABASE ID
#include "store.h"

int main(int count, char **arguments) {
  if (count != 3) give_up("usage", "query_one DATABASE ID");
  sqlite3 *db;
  check(db, sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, NULL));
  sqlite3_stmt *query = prepare(
      db, "SELECT id, queue, type, state, ord, attempt, payload FROM jobs JOIN payloads USING(id)"
          " WHERE id = ?1");
  check(db, sqlite3_bind_text(query, 1, arguments[2], -1, SQLITE_STATIC));
  int code = sqlite3_step(query);
  check(db, code);
  if (code == SQLITE_DONE) give_up(arguments[2], "no such job");
  for (int column = 0; column < sqlite3_column_count(query); column++)
    printf("%s%s", column ? "|" : "", (const char *)sqlite3_column_text(query, column));
  putchar('\n');
  sqlite3_finalize(query);
  sqlite3_close(db);
}
