// How soon a handler starts: runs COMMAND, which makes a job, N times with pauses of 20 to 60 ms,
// and waits each time until `stamp` has written its start into PIPE, which is made here. Prints a
// line for each: microseconds from the start of COMMAND to that of the handler, and from COMMAND's
// exit to it (negative where the handler was faster). With HANDLER, starts that itself once COMMAND
// is over: the least that a worker could do, which knows at once. Not a limit without HANDLER.
//   pickup N PIPE COMMAND… [::: HANDLER…]
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit.h"

extern char **environ;

static pid_t start_one(char **command) {
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child;
  int code = posix_spawnp(&child, command[0], &quiet, NULL, command, environ);
  if (code != 0) give_up(command[0], strerror(code));
  posix_spawn_file_actions_destroy(&quiet);
  return child;
}

static void reap(pid_t child, const char *name) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) give_up(name, strerror(errno));
  if (status != 0) give_up(name, "did not end with status 0");
}

/// The next stamp; the handler has ten seconds.
static double read_stamp(int pipe) {
  struct pollfd input = {pipe, POLLIN, 0};
  if (poll(&input, 1, 10000) != 1) give_up("pickup", "no handler started");
  double stamp;
  if (read(pipe, &stamp, sizeof stamp) != sizeof stamp) give_up("pickup", "half a stamp");
  return stamp;
}

static char **handler_of(int count, char **arguments) {
  for (int n = 3; n < count; n++) {
    if (strcmp(arguments[n], ":::") != 0) continue;
    arguments[n] = NULL;
    return &arguments[n + 1];
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count < 4) give_up("usage", "pickup N PIPE COMMAND… [::: HANDLER…]");
  long jobs = positive(arguments[1]);
  char **handler = handler_of(count, arguments);
  if (mkfifo(arguments[2], 0600) != 0 && errno != EEXIST) give_up(arguments[2], strerror(errno));
  // Open for both ways, so that it never ends between two handlers.
  int pipe = open(arguments[2], O_RDWR | O_CLOEXEC);
  if (pipe < 0) give_up(arguments[2], strerror(errno));
  srand(1);
  for (long n = 0; n < jobs; n++) {
    nanosleep(&(struct timespec){0, (20000 + rand() % 40001) * 1000L}, NULL);
    double start = seconds();
    reap(start_one(&arguments[3]), arguments[3]);
    double exit = seconds();
    pid_t own = handler != NULL ? start_one(handler) : 0;
    double stamp = read_stamp(pipe);
    if (own != 0) reap(own, handler[0]);
    printf("%.1f %.1f\n", (stamp - start) * 1e6, (stamp - exit) * 1e6);
  }
}
