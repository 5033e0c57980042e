// Limit: start /bin/true and wait for it, N times, K at a time.   spawn N K
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "limit.h"

extern char **environ;

static void start_one(void) {
  char *const command[] = {"/bin/true", NULL};
  pid_t child;
  int code = posix_spawn(&child, command[0], NULL, NULL, command, environ);
  if (code != 0) give_up(command[0], strerror(code));
}

static void reap_one(void) {
  int status;
  if (wait(&status) < 0 || status != 0) give_up("/bin/true", "failed");
}

int main(int count, char **arguments) {
  if (count != 3) give_up("usage", "spawn N K");
  long jobs = positive(arguments[1]), slots = positive(arguments[2]);
  if (slots > jobs) slots = jobs;

  double start = seconds();
  for (long n = 0; n < slots; n++) start_one();
  for (long n = slots; n < jobs; n++) {
    reap_one();
    start_one();
  }
  for (long n = 0; n < slots; n++) reap_one();
  report(jobs, seconds() - start);
}
