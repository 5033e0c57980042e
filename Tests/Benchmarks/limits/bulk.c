// Limit: N jobs with their payloads in one synced commit.   bulk N DATABASE
#include "store.h"

int main(int count, char **arguments) {
  if (count != 3) give_up("usage", "bulk N DATABASE");
  long jobs = positive(arguments[1]);
  sqlite3 *db = open_store(arguments[2]);
  double start = seconds();
  fill(db, jobs);
  report(jobs, seconds() - start);
  sqlite3_close(db);
}
