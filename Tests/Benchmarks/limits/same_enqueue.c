// Limit: durable enqueues, one synced commit each, with the rows that qctl writes. Other processes
// may do the same on that store; SQLite's own waiting arbitrates.   same_enqueue N STORE
#include "same.h"

int main(int count, char **arguments) {
  if (count != 3) give_up("usage", "same_enqueue N STORE");
  long jobs = positive(arguments[1]);
  sqlite3 *db = open_made_store(arguments[2]);
  same_insertion insertion = prepare_same_insertion(db, &sample);
  sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");

  double start = seconds(), before = start, longest = 0;
  for (long n = 0; n < jobs; n++) {
    run(db, begin);
    sqlite3_int64 now = wall_milliseconds();
    insert_same_job(&insertion, next_id(&insertion, now), now);
    count_same_jobs(&insertion, 1);
    run(db, commit);
    before = lap(before, &longest);
  }
  report(jobs, before - start);
  report_longest(longest);

  finish_same_insertion(&insertion);
  sqlite3_finalize(begin);
  sqlite3_finalize(commit);
  sqlite3_close(db);
}
