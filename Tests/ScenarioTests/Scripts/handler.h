/* What handlers of the scenes share: a lock that no other run of the same job may meet, and lines in
   files of the scene's folder. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(70);
}

/* One write to a file opened for appending: lines of many processes don't mix. */
static void append(const char *folder, const char *name, const char *line) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || write(file, line, strlen(line)) < 0) fail(path);
  close(file);
}

static void pause_for(unsigned milliseconds) {
  struct timespec span = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
  nanosleep(&span, NULL);
}

static long long milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Takes FOLDER/locks/JOB, returned, for as long as this process and all that it starts live: the lock goes with
   the last descriptor. Where it is taken, another run of the job lives on this host: that goes to
   FOLDER/violations. FOLDER/starts gets JOB ATTEMPT PID MILLISECONDS. */
static int begin_alone(const char *folder, const char *job, const char *attempt) {
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/locks/%s", folder, job);
  int lock = open(path, O_RDWR | O_CREAT, 0600);
  if (lock < 0) fail(path);
  snprintf(line, sizeof line, "%s %s %d %lld\n", job, attempt, (int)getpid(), milliseconds_now());
  if (flock(lock, LOCK_EX | LOCK_NB) < 0) append(folder, "violations", line);
  append(folder, "starts", line);
  return lock;
}
