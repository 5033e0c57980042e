/* A handler that is told its jobs in lines, one of which no other run of the same job may meet.

     alone_lines FOLDER [WAIT]

   It holds a job's lock from reading of it to answering for it, and tells of the start; see handler.h.
   A job takes up to 20 ms. With WAIT, a first attempt ends only when the file of that name is in FOLDER,
   whatever signal asks for its end. */
#include <ctype.h>
#include <signal.h>

#include "handler.h"

/* The value of a member, up to its quote or comma; the members that we need are no texts with either. */
static void member(const char *line, const char *name, char *value, size_t size) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(line, key);
  if (!at) exit(65);
  at += strlen(key);
  if (*at == '"') at++;
  size_t length = 0;
  while (length + 1 < size && isalnum((unsigned char)at[length])) length++;
  snprintf(value, size, "%.*s", (int)length, at);
}

static void wait_for(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  while (access(path, F_OK) < 0) pause_for(20);
}

int main(int count, char **words) {
  if (count < 2) {
    fprintf(stderr, "usage: alone_lines FOLDER [WAIT], as a handler\n");
    return 64;
  }
  if (count > 2) signal(SIGTERM, SIG_IGN);
  static char line[1 << 20];
  while (fgets(line, sizeof line, stdin)) {
    char job[32], attempt[32];
    member(line, "id", job, sizeof job);
    member(line, "attempt", attempt, sizeof attempt);
    int lock = begin_alone(words[1], job, attempt);
    if (count > 2 && strcmp(attempt, "1") == 0) wait_for(words[1], words[2]);
    unsigned char last = (unsigned char)job[strlen(job) - 1];
    pause_for(last % 21);
    printf("{\"id\":\"%s\",\"outcome\":\"done\"}\n", job);
    fflush(stdout);
    close(lock);
  }
  return 0;
}
