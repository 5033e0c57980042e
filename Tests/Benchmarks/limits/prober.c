// How long others are kept from writing: takes and gives back the write lock of a store, without a
// change, every millisecond until standard input ends; then prints its longest wait. With GATE, the
// file that qctl's own processes lock in front of it, it queues there first, as they do.
// Not a limit.   prober STORE [GATE]
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store.h"

static void pause_for(long nanoseconds) { nanosleep(&(struct timespec){0, nanoseconds}, NULL); }

/// Polls every 0.1 ms: with SQLite's own steps of up to 100 ms, those would be measured.
static int poll_lock(void *unused, int tries) {
  (void)unused;
  (void)tries;
  pause_for(100000);
  return 1;
}

static int open_gate(const char *path) {
  int gate = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (gate < 0) give_up(path, strerror(errno));
  return gate;
}

static void turn(int gate, int operation) {
  if (gate >= 0 && flock(gate, operation) != 0) give_up("gate", strerror(errno));
}

static int wanted(void) {
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) == 0;
}

int main(int count, char **arguments) {
  if (count != 2 && count != 3) give_up("usage", "prober STORE [GATE]");
  int gate = count == 3 ? open_gate(arguments[2]) : -1;
  sqlite3 *db;
  check(db, sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, NULL));
  check(db, sqlite3_busy_handler(db, poll_lock, NULL));
  sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *rollback = prepare(db, "ROLLBACK");

  double longest = 0;
  do {
    double before = seconds();
    turn(gate, LOCK_EX);
    run(db, begin);
    run(db, rollback);
    turn(gate, LOCK_UN);
    lap(before, &longest);
    pause_for(1000000);
  } while (wanted());
  report_longest(longest);

  sqlite3_finalize(begin);
  sqlite3_finalize(rollback);
  sqlite3_close(db);
}
