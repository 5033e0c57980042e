// Limit: N ready jobs in one synced commit, with the rows that qctl writes. The jobs come from
// memory: nothing is read or parsed.   same_bulk N STORE [QUEUE TYPE PAYLOAD]
#include "same.h"

int main(int count, char **arguments) {
  if (count != 3 && count != 6) give_up("usage", "same_bulk N STORE [QUEUE TYPE PAYLOAD]");
  long jobs = positive(arguments[1]);
  content job = sample;
  if (count == 6) job = (content){arguments[3], arguments[4], arguments[5]};
  sqlite3 *db = open_made_store(arguments[2]);
  same_insertion insertion = prepare_same_insertion(db, &job);

  double start = seconds();
  execute(db, "BEGIN IMMEDIATE");
  sqlite3_int64 now = wall_milliseconds(), id = next_id(&insertion, now);
  for (long n = 0; n < jobs; n++) insert_same_job(&insertion, id + n, now);
  count_same_jobs(&insertion, jobs);
  execute(db, "COMMIT");
  report(jobs, seconds() - start);

  finish_same_insertion(&insertion);
  sqlite3_close(db);
}
