/* The handler of histories: does what its payload says, and tells how it began and how it ended.

     deed FOLDER

   The payload is {"deed":VERB,"until":ATTEMPT,"ms":MILLISECONDS,…}. It runs for so long, and does as
   the verb says up to that attempt; from then on all goes well:
     ok       goes well
     fail     fails, to be tried again           reject  fails for good
     hang     never ends, and is timed out       snooze  asks for later
     stubborn goes well, and does not mind SIGTERM
     crash    kills its worker
   FOLDER/ends gets JOB ATTEMPT VERB before it ends by itself, FOLDER/crashes before it kills. */
#include <signal.h>

#include "handler.h"

static void read_payload(char *text, size_t size) {
  size_t length = 0;
  ssize_t count;
  while (length < size - 1 && (count = read(0, text + length, size - 1 - length)) > 0)
    length += (size_t)count;
  text[length] = 0;
}

/* Only where the parent still is a worker: an orphan's parent is none of ours. */
static void kill_worker(void) {
  char path[64], name[32] = "";
  pid_t parent = getppid();
  snprintf(path, sizeof path, "/proc/%d/comm", (int)parent);
  FILE *file = fopen(path, "r");
  if (file && fgets(name, sizeof name, file) && !strcmp(name, "qctl\n")) kill(parent, SIGKILL);
  for (;;) pause();
}

static void ask_for_later(void) {
  const char *path = getenv("QCTL_CONTROL");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file || fputs("{\"snooze\":\"100ms\"}", file) < 0 || fclose(file)) fail("QCTL_CONTROL");
}

int main(int count, char **words) {
  const char *job = getenv("QCTL_JOB_ID"), *attempt = getenv("QCTL_ATTEMPT");
  if (count != 2 || !job || !attempt) {
    fprintf(stderr, "usage: deed FOLDER, as a handler\n");
    return 64;
  }
  begin_alone(words[1], job, attempt);
  char payload[1024], verb[16], line[256];
  int until, milliseconds;
  read_payload(payload, sizeof payload);
  if (sscanf(payload, "{\"deed\":\"%15[a-z]\",\"until\":%d,\"ms\":%d", verb, &until, &milliseconds) != 3) {
    snprintf(line, sizeof line, "%s %s has another payload\n", job, attempt);
    append(words[1], "violations", line);
    return 70;
  }
  if (atoi(attempt) > until) strcpy(verb, "ok");
  if (!strcmp(verb, "stubborn")) signal(SIGTERM, SIG_IGN);
  pause_for((unsigned)milliseconds);
  snprintf(line, sizeof line, "%s %s %s\n", job, attempt, verb);
  if (!strcmp(verb, "hang")) for (;;) pause();
  if (!strcmp(verb, "crash")) {
    append(words[1], "crashes", line);
    kill_worker();
  }
  if (!strcmp(verb, "snooze")) ask_for_later();
  append(words[1], "ends", line);
  if (!strcmp(verb, "fail")) {
    fprintf(stderr, "this deed fails\n");
    return 1;
  }
  if (!strcmp(verb, "reject")) {
    fprintf(stderr, "this deed cannot be done\n");
    return 65;
  }
  return 0;
}
