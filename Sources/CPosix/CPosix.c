#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int qctl_open_at(int directory, const char *path, int flags, unsigned int mode) {
  return openat(directory, path, flags | O_CLOEXEC, (mode_t)mode);
}

int qctl_rename_no_replace(
    int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
}

int qctl_sync_file_system(int descriptor) { return syncfs(descriptor); }

int qctl_set_nonblocking(int descriptor, int enabled) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return -1;
  int wanted = enabled ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  return wanted == flags ? 0 : fcntl(descriptor, F_SETFL, wanted);
}

int qctl_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int qctl_duplicate(int descriptor, int at_least) {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, at_least);
}

int qctl_flock(int descriptor, int operation) { return flock(descriptor, operation); }

int qctl_read_directory(
    DIR *directory, const char **name, size_t *length, unsigned char *type) {
  errno = 0;
  struct dirent *entry = readdir(directory);
  if (!entry) return errno ? -1 : 0;
  *name = entry->d_name;
  *length = strlen(entry->d_name);
  *type = entry->d_type;
  return 1;
}

int qctl_volume_of(const char *path, struct qctl_volume *volume) {
  struct statfs found;
  if (statfs(path, &found) < 0) return -1;
  // f_type is a signed word; magics are 32 bits.
  volume->magic = (uint32_t)found.f_type;
  uint64_t block = found.f_frsize ? (uint64_t)found.f_frsize : (uint64_t)found.f_bsize;
  volume->available_bytes = (uint64_t)found.f_bavail * block;
  volume->total_bytes = (uint64_t)found.f_blocks * block;
  volume->is_read_only = (found.f_flags & ST_RDONLY) != 0;
  return 0;
}

const char *qctl_error_words(int code) { return strerrordesc_np(code); }

char **qctl_environment(void) { return environ; }

long qctl_random(void *buffer, size_t count) { return getrandom(buffer, count, 0); }

int qctl_window_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

static __rlimit_resource_t resource_of(int which) {
  return which == qctl_limit_core ? RLIMIT_CORE : RLIMIT_NOFILE;
}

int qctl_get_limit(int which, uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit(resource_of(which), &limit) < 0) return -1;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}

int qctl_set_limit(int which, uint64_t soft, uint64_t hard) {
  struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(resource_of(which), &limit);
}

int qctl_set_disposition(int signal, int disposition) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = disposition == qctl_disposition_ignore ? SIG_IGN : SIG_DFL;
  return sigaction(signal, &action, NULL);
}

int qctl_is_ignored(int signal) {
  struct sigaction action;
  if (sigaction(signal, NULL, &action) < 0) return -1;
  return action.sa_handler == SIG_IGN;
}

int qctl_realtime_minimum(void) { return SIGRTMIN; }
int qctl_realtime_maximum(void) { return SIGRTMAX; }

static void fill_set(sigset_t *set, const int *signals, int count) {
  sigemptyset(set);
  for (int i = 0; i < count; i++) sigaddset(set, signals[i]);
}

int qctl_signalfd(const int *signals, int count) {
  sigset_t set;
  fill_set(&set, signals, count);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int qctl_read_signal(int descriptor, int *signal, int *sender) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  if (count < 0) return errno == EAGAIN ? 0 : -1;
  if (count != sizeof info) return 0;
  *signal = (int)info.ssi_signo;
  *sender = (int)info.ssi_pid;
  return 1;
}

int qctl_mask_signals(const int *signals, int count, int block) {
  sigset_t set;
  fill_set(&set, signals, count);
  return pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

int qctl_wait(int pid, int block, struct qctl_wait_status *status) {
  int word = 0;
  pid_t found = waitpid(pid, &word, block ? 0 : WNOHANG);
  if (found <= 0) return found;
  status->pid = found;
  status->exited = WIFEXITED(word);
  status->code = WIFEXITED(word) ? WEXITSTATUS(word) : 0;
  status->signal = WIFSIGNALED(word) ? WTERMSIG(word) : 0;
  status->core = WIFSIGNALED(word) && WCOREDUMP(word);
  return 1;
}

int qctl_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int qctl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int qctl_epoll_control(
    int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  int name = operation == 1 ? EPOLL_CTL_ADD : operation == 2 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  return epoll_ctl(epoll, name, descriptor, &event);
}

int qctl_epoll_wait(
    int epoll, uint64_t *tokens, uint32_t *events, int capacity, int timeout_ms) {
  struct epoll_event found[64];
  int count = epoll_wait(epoll, found, capacity < 64 ? capacity : 64, timeout_ms);
  for (int i = 0; i < count; i++) {
    tokens[i] = found[i].data.u64;
    events[i] = found[i].events;
  }
  return count;
}

int qctl_unread(int descriptor, int *count) { return ioctl(descriptor, FIONREAD, count); }

int qctl_datagram_socket(void) {
  return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int qctl_send(
    int descriptor, const void *address, size_t address_size, const void *bytes, size_t count) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (address_size == 0 || address_size >= sizeof name.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(name.sun_path, address, address_size);
  if (name.sun_path[0] == '@') name.sun_path[0] = 0;
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + address_size);
  return sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&name, length) < 0 ? -1
                                                                                             : 0;
}

int qctl_signal_at_parents_end(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

int qctl_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int qctl_inotify_create(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int qctl_thread_start(
    unsigned long *thread, size_t stack_bytes, void *(*body)(void *), void *context) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error) return error;
  error = pthread_attr_setstacksize(&attributes, stack_bytes);
  // Signals are the main thread's business: the new thread inherits a full mask.
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  pthread_t started;
  if (!error) error = pthread_create(&started, &attributes, body, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (!error) *thread = started;
  return error;
}
