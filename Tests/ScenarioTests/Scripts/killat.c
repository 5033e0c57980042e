/* Runs a program, and kills it with SIGKILL just before its Nth step that anybody else could see.

     killat NUMBER LIST FOLDER PROGRAM [WORD…]

   A step is a system call that changes, syncs or locks a file in FOLDER, makes or removes a name,
   writes to standard output, or ends the process. Between two steps nothing changes but memory that
   is shared, and that is covered as well, since SQLite changes it only while it holds a lock. The
   step at which the program is killed is not taken. Where there are fewer, it ends by itself.

   The steps so far are written to LIST, a line each. Ends with the program's status, 137 when it was
   killed. Whatever the program has started is left alone, and waited for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first argument says what is meant. */
enum about { FILE_IN_FOLDER, LOCK, NAME, NAME_AT, OPENING, ENDING };

static const struct {
  long number;
  enum about about;
  const char *name;
} calls[] = {
  {SYS_write, FILE_IN_FOLDER, "write"},
  {SYS_writev, FILE_IN_FOLDER, "writev"},
  {SYS_pwrite64, FILE_IN_FOLDER, "pwrite64"},
  {SYS_pwritev, FILE_IN_FOLDER, "pwritev"},
  {SYS_ftruncate, FILE_IN_FOLDER, "ftruncate"},
  {SYS_fallocate, FILE_IN_FOLDER, "fallocate"},
  {SYS_fsync, FILE_IN_FOLDER, "fsync"},
  {SYS_fdatasync, FILE_IN_FOLDER, "fdatasync"},
  {SYS_syncfs, FILE_IN_FOLDER, "syncfs"},
  {SYS_flock, FILE_IN_FOLDER, "flock"},
  {SYS_fcntl, LOCK, "fcntl"},
  {SYS_openat, OPENING, "openat"},
  {SYS_mkdirat, NAME_AT, "mkdirat"},
  {SYS_unlinkat, NAME_AT, "unlinkat"},
  {SYS_renameat2, NAME_AT, "renameat2"},
  {SYS_linkat, NAME_AT, "linkat"},
#ifdef SYS_unlink
  {SYS_unlink, NAME, "unlink"},
  {SYS_mkdir, NAME, "mkdir"},
  {SYS_rename, NAME, "rename"},
  {SYS_renameat, NAME_AT, "renameat"},
  {SYS_link, NAME, "link"},
#endif
  {SYS_exit_group, ENDING, "exit_group"},
};
enum { COUNT = sizeof calls / sizeof *calls };

static void fail(const char *what) {
  perror(what);
  exit(70);
}

/* Only these calls stop, so that all others go at full speed. */
static void filter(void) {
  struct sock_filter program[COUNT + 3] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  for (int n = 0; n < COUNT; n++)
    program[n + 1] = (struct sock_filter)BPF_JUMP(
      BPF_JMP | BPF_JEQ | BPF_K, calls[n].number, COUNT - n, 0);
  program[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog all = {COUNT + 3, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all))
    fail("seccomp");
}

/* Whether a thread is one of the program itself, not of what it has started. */
static int is_of(pid_t thread, pid_t program) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d", program, thread);
  return access(path, F_OK) == 0;
}

/* What a step is about, in `path`; 0 where nobody else can see it. */
static int is_step(
  pid_t thread, enum about about, const unsigned long long *words, const char *folder, char *path,
  size_t size) {
  unsigned long long text = words[0];
  *path = 0;
  switch (about) {
  case ENDING: return 1;
  case LOCK:
    if (words[1] != F_SETLK && words[1] != F_SETLKW && words[1] != F_OFD_SETLK &&
        words[1] != F_OFD_SETLKW)
      return 0;
    /* fall through */
  case FILE_IN_FOLDER: {
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, (int)words[0]);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return words[0] == 1 || strncmp(path, folder, strlen(folder)) == 0;
  }
  case OPENING:
    if (!(words[2] & O_CREAT)) return 0;
    /* fall through */
  case NAME_AT: text = words[1]; /* fall through */
  case NAME: {
    /* Up to the end of its page: what lies behind it may not be there. */
    size_t most = 4096 - text % 4096;
    if (most > size - 1) most = size - 1;
    struct iovec here = {path, most}, there = {(void *)text, most};
    ssize_t length = process_vm_readv(thread, &here, 1, &there, 1, 0);
    path[length < 0 ? 0 : length] = 0;
    return 1;
  }
  }
  return 0;
}

int main(int count, char **words) {
  if (count < 5) {
    fprintf(stderr, "usage: killat NUMBER LIST FOLDER PROGRAM [WORD…]\n");
    return 64;
  }
  long wanted = atol(words[1]), steps = 0;
  FILE *list = fopen(words[2], "we");
  if (!list) fail(words[2]);
  pid_t program = fork();
  if (program == 0) {
    raise(SIGSTOP);
    filter();
    execvp(words[4], words + 4);
    fail(words[4]);
  }
  int status, result = 70;
  if (program < 0 || waitpid(program, &status, WUNTRACED) < 0) fail("fork");
  if (ptrace(PTRACE_SEIZE, program, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
             PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL))
    fail("ptrace");
  kill(program, SIGCONT);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
    if (thread < 0) continue;
    if (!WIFSTOPPED(status)) {
      if (thread == program) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int event = status >> 16, signal = event ? 0 : WSTOPSIG(status);
    struct __ptrace_syscall_info info;
    if (event == PTRACE_EVENT_SECCOMP && is_of(thread, program) &&
        ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) > 0) {
      char path[4096];
      int n = 0;
      while (n < COUNT && calls[n].number != (long)info.seccomp.nr) n++;
      if (n < COUNT && is_step(thread, calls[n].about, (const unsigned long long *)info.seccomp.args,
                               words[3], path, sizeof path)) {
        steps++;
        fprintf(list, "%s %s\n", calls[n].name, path);
        if (steps == wanted) {
          kill(program, SIGKILL);
          continue;
        }
      }
    }
    ptrace(PTRACE_CONT, thread, 0, signal);
  }
  fclose(list);
  return result;
}
