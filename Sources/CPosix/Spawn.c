// Starting a program so that the child can leave a note of itself before the program runs.
//
// A parent that notes its children's numbers itself can be killed between the start and the note,
// and then nobody knows of the child. So the child writes the note, and a program only ever runs in
// a process that has written it:
//
//     child:    write the note  →  read the refusal   →  run the program, if not refused
//     rescuer:  write the refusal  →  read the notes  →  end the processes found there
//
// Each writes first and then looks, so whatever the order, one sees the other: either the child was
// early, and the rescuer finds its note, or the rescuer was, and the child runs nothing (Dekker's
// argument). A full fence keeps either side's look from overtaking its own write; the rescuer needs
// one too. A note that is read half written is of a child that will see the refusal.
//
// As in the C library's posix_spawn, the child borrows the parent's memory until it has become the
// program (CLONE_VM), while the calling thread stands still (CLONE_VFORK). It runs on a stack of its
// own, with every signal blocked until no handler of the parent is left, makes system calls only,
// and writes nothing of the parent's but `struct start` and `errno`. If the parent is killed
// meanwhile, memory and stack live on for as long as the child uses them.
#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Room for what the dynamic linker saves at a first call, many times over.
enum { stack_bytes = 32 << 10, signal_count = 64, first_other = 3 };

struct start {
  const struct qctl_spawn_request *request;
  const char *volatile call;
  volatile int error;
};

struct note {
  int64_t pid;
  int64_t boottime;
};

// The kernel's own calls, for two reasons: the C library's spare its two private signals, and a
// mask or an action of the kernel's is 64 bits wide.
static void set_mask(const uint64_t *mask, uint64_t *before) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before, sizeof *mask);
}

static void reset_signals(void) {
  // All zero: the default action, no flags, nothing blocked.
  static const unsigned long action[4];
  static const uint64_t none;
  for (int signal = 1; signal <= signal_count; signal++)
    syscall(SYS_rt_sigaction, signal, action, NULL, sizeof none);
  set_mask(&none, NULL);
}

// Which call failed, or NULL.
static const char *leave_note(const struct qctl_spawn_request *request) {
  struct timespec time;
  if (clock_gettime(CLOCK_BOOTTIME, &time) < 0) return "clock_gettime";
  struct note note = {getpid(), (int64_t)time.tv_sec * 1000000000 + time.tv_nsec};
  ssize_t count;
  do
    count = pwrite(request->record, &note, sizeof note, request->record_offset);
  while (count < 0 && errno == EINTR);
  if (count >= 0 && count < (ssize_t)sizeof note) errno = ENOSPC;
  return count == (ssize_t)sizeof note ? NULL : "pwrite";
}

static const char *look_for_refusal(const struct qctl_spawn_request *request) {
  int64_t refused = 0;
  ssize_t count;
  do
    count = pread(request->record, &refused, sizeof refused, request->refusal_offset);
  while (count < 0 && errno == EINTR);
  if (count >= 0 && count < (ssize_t)sizeof refused) errno = EIO;
  if (count != (ssize_t)sizeof refused) return "pread";
  if (refused) errno = ECANCELED;
  return refused ? "spawn" : NULL;
}

static const char *set_streams(const int streams[3]) {
  int sources[3], null = -1;
  // One that is itself standard but goes elsewhere would be overwritten before its turn, so it is
  // first copied above them.
  for (int i = 0; i < 3; i++) {
    sources[i] = streams[i];
    if (streams[i] < 0 || streams[i] >= first_other || streams[i] == i) continue;
    sources[i] = fcntl(streams[i], F_DUPFD, first_other);
    if (sources[i] < 0) return "fcntl";
  }
  for (int i = 0; i < 3; i++) {
    if (sources[i] == qctl_stream_inherit) continue;
    if (sources[i] == qctl_stream_null) {
      if (null < 0) null = open("/dev/null", O_RDWR);
      if (null < 0) return "open";
      sources[i] = null;
    }
    // A copy onto itself would leave it closed on exec.
    if (sources[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(sources[i], i) < 0) return "dup2";
  }
  return NULL;
}

// What getdents64(2) fills in.
struct listed {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

// Closes what a block of names of /proc/self/fd names; answers how many that were.
static int close_named(const char *block, long count, int first, int spared) {
  int closed = 0;
  for (long at = 0; at < count;) {
    const struct listed *entry = (const void *)(block + at);
    int number = 0;
    const char *digit = entry->name;
    for (; *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (*digit - '0');
    if (digit != entry->name && number >= first && number != spared) {
      // Even an error leaves it closed: close(2).
      close(number);
      closed++;
    }
    at += entry->length;
  }
  return closed;
}

int qctl_close_listed(int first) {
  int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  alignas(8) char block[1024];
  long count;
  while ((count = syscall(SYS_getdents64, directory, block, sizeof block)) > 0)
    // Closing moves the names along, so the list is begun anew.
    if (close_named(block, count, first, directory)) lseek(directory, 0, SEEK_SET);
  close(directory);
  return count < 0 ? -1 : 0;
}

// By hand rather than by close-on-exec, which a library may have forgotten, and which comes only
// after the parent goes on: its locks would be held a moment longer.
static const char *close_others(void) {
  if (syscall(SYS_close_range, first_other, ~0u, 0) == 0) return NULL;
  return qctl_close_listed(first_other) < 0 ? "close_range" : NULL;
}

static const char *become(const struct qctl_spawn_request *request) {
  const char *call = NULL;
  if (request->own_group && setpgid(0, 0) < 0) return "setpgid";
  if (request->record >= 0) {
    call = leave_note(request);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!call) call = look_for_refusal(request);
  }
  if (!call) call = set_streams(request->streams);
  if (!call) call = close_others();
  if (call) return call;
  reset_signals();
  execve(request->path, request->arguments, request->environment);
  return "execve";
}

static int run_child(void *context) {
  struct start *start = context;
  const char *call = become(start->request);
  start->error = errno;
  start->call = call;
  _exit(127);
}

int qctl_spawn(const struct qctl_spawn_request *request, int *pid, const char **call) {
  alignas(16) char stack[stack_bytes];
  struct start start = {.request = request, .call = NULL, .error = 0};
  int before_error = errno;
  uint64_t before, every = ~(uint64_t)0;
  set_mask(&every, &before);
  int child = clone(run_child, stack + stack_bytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  if (child < 0) {
    start.error = errno;
    start.call = "clone";
  } else if (start.call) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  }
  set_mask(&before, NULL);
  errno = before_error;
  if (start.call) {
    *call = start.call;
    return start.error;
  }
  *pid = child;
  return 0;
}
