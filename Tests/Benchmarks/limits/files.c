// Limit: jobs as plain files, each step with no more calls than it takes.
//
//     files enqueue N FOLDER    a new file written and synced, renamed, its folder synced
//     files claim N FOLDER      renamed and read; nothing waits for the disk
//     files settle N FOLDER     a line of history added and synced, renamed, the folder synced
//     files remove N FOLDER     a finished job forgotten: unlinked, the folder synced
//
// All but `enqueue` first put N jobs there, untimed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limit.h"

static const char job[] =
    "qctl-job: 1\nid: 0f8k3w2zq1a7b\nqueue: default\ntype: bench\npriority: 5\n"
    "enqueued_at: 2026-11-21T13:20:11.123Z\nrun_at: 2026-11-21T13:20:11.123Z\n"
    "max_attempts: 10\npayload_bytes: 32\n\n{\"user\":42,\"template\":\"welcome\"}";
static const char history[] =
    "\n{\"at\":\"2026-11-21T13:20:11.123Z\",\"state\":\"completed\",\"attempt\":1,\"failures\":0,"
    "\"execution\":{\"attempt\":1,\"outcome\":\"completed\",\"worker\":\"bench\"},\"previous\":0}\n";

static int drafts, ready, active, done;

static void need(int result, const char *what) {
  if (result < 0) give_up(what, strerror(errno));
}

static int folder(const char *root, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", root, name);
  if (mkdir(path, 0700) < 0 && errno != EEXIST) give_up(path, strerror(errno));
  int descriptor = open(path, O_RDONLY | O_DIRECTORY);
  need(descriptor, path);
  return descriptor;
}

static void name_of(char *name, long n) {
  sprintf(name, "20261121T132011.123Z-%013ld-p5-a0-r0", n);
}

static void put(long n, int into, int durable) {
  char name[64];
  name_of(name, n);
  int file = openat(drafts, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
  need(file, "open");
  need((int)write(file, job, sizeof job - 1), "write");
  if (durable) need(fdatasync(file), "fdatasync");
  close(file);
  need(renameat2(drafts, name, into, name, RENAME_NOREPLACE), "rename");
  if (durable) need(fsync(into), "fsync");
}

static void claim(long n) {
  char name[64], content[4096];
  name_of(name, n);
  need(renameat2(ready, name, active, name, RENAME_NOREPLACE), "rename");
  int file = openat(active, name, O_RDONLY | O_NOFOLLOW);
  need(file, "open");
  need((int)read(file, content, sizeof content), "read");
  close(file);
}

static void settle(long n) {
  char name[64];
  name_of(name, n);
  int file = openat(active, name, O_WRONLY | O_APPEND | O_NOFOLLOW);
  need(file, "open");
  need((int)write(file, history, sizeof history - 1), "write");
  need(fdatasync(file), "fdatasync");
  close(file);
  need(renameat2(active, name, done, name, RENAME_NOREPLACE), "rename");
  need(fsync(done), "fsync");
}

static void forget(long n) {
  char name[64];
  name_of(name, n);
  need(unlinkat(active, name, 0), "unlink");
  need(fsync(active), "fsync");
}

int main(int count, char **arguments) {
  if (count != 4) give_up("usage", "files enqueue|claim|settle|remove N FOLDER");
  const char *work = arguments[1];
  long jobs = positive(arguments[2]);
  if (mkdir(arguments[3], 0700) < 0 && errno != EEXIST) give_up(arguments[3], strerror(errno));
  drafts = folder(arguments[3], "drafts"), ready = folder(arguments[3], "ready");
  active = folder(arguments[3], "active"), done = folder(arguments[3], "done");

  int isEnqueue = strcmp(work, "enqueue") == 0, isClaim = strcmp(work, "claim") == 0;
  int isSettle = strcmp(work, "settle") == 0;
  if (!isEnqueue && !isClaim && !isSettle && strcmp(work, "remove") != 0)
    give_up(work, "no such work");
  if (!isEnqueue) {
    for (long n = 0; n < jobs; n++) put(n, isClaim ? ready : active, 0);
    need(syncfs(drafts), "syncfs");
  }
  double start = seconds();
  for (long n = 0; n < jobs; n++) {
    if (isEnqueue)
      put(n, ready, 1);
    else if (isClaim)
      claim(n);
    else if (isSettle)
      settle(n);
    else
      forget(n);
  }
  report(jobs, seconds() - start);
}
