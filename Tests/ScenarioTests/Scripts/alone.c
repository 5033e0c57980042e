/* A handler that no other run of the same job may meet.

     alone FOLDER [COMMAND…]

   It holds an exclusive lock on FOLDER/locks/JOB for as long as it lives, and so does all that it
   starts: the lock goes with the last descriptor. Where the lock is taken, another run of the job
   lives on this host: that is written to FOLDER/violations. FOLDER/starts gets a line for each
   start. Then it becomes COMMAND; without one it runs for up to 20 ms, and every eighth leaves a
   grandchild that holds the lock a little longer. What it does depends on job and attempt only. */
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

/* FNV-1a, to draw from a job and its attempt. */
static unsigned draw(const char *job, const char *attempt) {
  unsigned hash = 2166136261u;
  for (const char *byte = job; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 16777619u;
  for (const char *byte = attempt; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 16777619u;
  return hash ^ hash >> 15;
}

static void pause_for(unsigned milliseconds) {
  struct timespec span = {.tv_sec = 0, .tv_nsec = milliseconds * 1000000L};
  nanosleep(&span, NULL);
}

int main(int count, char **words) {
  const char *job = getenv("QCTL_JOB_ID"), *attempt = getenv("QCTL_ATTEMPT");
  if (count < 2 || !job || !attempt) {
    fprintf(stderr, "usage: alone FOLDER [COMMAND…], as a handler\n");
    return 64;
  }
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/locks/%s", words[1], job);
  int lock = open(path, O_RDWR | O_CREAT, 0600);
  if (lock < 0) fail(path);
  snprintf(line, sizeof line, "%s %s %d\n", job, attempt, (int)getpid());
  if (flock(lock, LOCK_EX | LOCK_NB) < 0) append(words[1], "violations", line);
  append(words[1], "starts", line);
  if (count > 2) {
    execvp(words[2], words + 2);
    fail(words[2]);
  }
  unsigned drawn = draw(job, attempt);
  if (drawn / 21 % 8 == 0 && fork() == 0) {
    for (int stream = 0; stream < 3; stream++) close(stream);
    pause_for(drawn % 21 + 20);
    _exit(0);
  }
  pause_for(drawn % 21);
  return 0;
}
