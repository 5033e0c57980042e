/* A handler that no other run of the same job may meet.

     alone FOLDER [COMMAND…]

   It holds its lock for as long as it and all that it starts live, and tells of its start; see
   handler.h. Then it becomes COMMAND; without one it runs for up to 20 ms, and every eighth leaves a
   grandchild that holds the lock a little longer. What it does depends on job and attempt only. */
#include "handler.h"

/* FNV-1a, to draw from a job and its attempt. */
static unsigned draw(const char *job, const char *attempt) {
  unsigned hash = 2166136261u;
  for (const char *byte = job; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 16777619u;
  for (const char *byte = attempt; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 16777619u;
  return hash ^ hash >> 15;
}

int main(int count, char **words) {
  const char *job = getenv("QCTL_JOB_ID"), *attempt = getenv("QCTL_ATTEMPT");
  if (count < 2 || !job || !attempt) {
    fprintf(stderr, "usage: alone FOLDER [COMMAND…], as a handler\n");
    return 64;
  }
  begin_alone(words[1], job, attempt);
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
