// Not a limit but the clock for whole processes: runs the commands in turn (A B A B), ROUNDS times,
// their output thrown away, and prints for each run which command it was, microseconds of wall time
// and peak memory in KiB. A small C parent, because the cost of starting a process from a large one
// would be added to every figure; and because the kernel counts the parent's memory as the child's
// until it execs. None may end with a status above HIGHEST.
//   stopwatch ROUNDS HIGHEST COMMAND… [::: COMMAND…]…
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit.h"

extern char **environ;

static void time_one(int which, char **command, long highest,
                     posix_spawn_file_actions_t *quiet) {
  double start = seconds();
  pid_t child;
  int code = posix_spawnp(&child, command[0], quiet, NULL, command, environ);
  if (code != 0) give_up(command[0], strerror(code));
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) give_up("wait4", strerror(errno));
  double elapsed = seconds() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) > highest)
    give_up(command[0], "did not end as it should");
  printf("%d %.1f %ld\n", which, elapsed * 1e6, usage.ru_maxrss);
}

int main(int count, char **arguments) {
  if (count < 4) give_up("usage", "stopwatch ROUNDS HIGHEST COMMAND… [::: COMMAND…]…");
  long rounds = positive(arguments[1]), highest = strtol(arguments[2], NULL, 10);
  char ***commands = calloc((size_t)count, sizeof *commands);
  if (commands == NULL) give_up("memory", "exhausted");
  int total = 0;
  commands[total++] = &arguments[3];
  for (int n = 3; n < count; n++) {
    if (strcmp(arguments[n], ":::") != 0) continue;
    arguments[n] = NULL;
    commands[total++] = &arguments[n + 1];
  }
  for (int n = 0; n < total; n++)
    if (commands[n][0] == NULL) give_up("usage", "an empty command");

  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  for (long round = 0; round < rounds; round++)
    for (int n = 0; n < total; n++) time_one(n, commands[n], highest, &quiet);
  posix_spawn_file_actions_destroy(&quiet);
  free(commands);
}
