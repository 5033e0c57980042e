// Limit: durable enqueues in one process, one synced commit each.   enqueue N DATABASE
#include "store.h"

int main(int count, char **arguments) {
  if (count != 3) give_up("usage", "enqueue N DATABASE");
  long jobs = positive(arguments[1]);
  sqlite3 *db = open_store(arguments[2]);
  insertion insertion = prepare_insertion(db);
  sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");

  double start = seconds();
  for (long n = 0; n < jobs; n++) {
    run(db, begin);
    insert_job(&insertion, n);
    run(db, commit);
  }
  report(jobs, seconds() - start);

  finish_insertion(&insertion);
  sqlite3_finalize(begin);
  sqlite3_finalize(commit);
  sqlite3_close(db);
}
