// What Swift cannot see of the C library: macros, variadic calls, packed structs, raw system
// calls. Unless a comment says otherwise, a function returns -1 and sets errno, as the call it
// stands for. Nothing here retries; the callers in PosixIO do.
#ifndef QCTL_CPOSIX_H
#define QCTL_CPOSIX_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

int qctl_open_at(int directory, const char *path, int flags, unsigned int mode);
int qctl_rename_no_replace(int from_directory, const char *from, int to_directory, const char *to);
int qctl_sync_file_system(int descriptor);
int qctl_set_nonblocking(int descriptor, int enabled);
// Both ends closed on exec; the reader first.
int qctl_pipe(int ends[2]);
int qctl_duplicate(int descriptor, int at_least);
// How many bytes wait in a pipe; either end will do.
int qctl_unread(int descriptor, int *count);
int qctl_flock(int descriptor, int operation);
// Waits in the kernel's queue until then, by CLOCK_MONOTONIC in nanoseconds.
// 1: locked, 0: the time is up, -1: errno; EAGAIN when there was no timer to be had.
int qctl_flock_until(int descriptor, int operation, int64_t deadline);

// 1: an entry, 0: the end, -1: errno.
int qctl_read_directory(
    DIR *directory, const char **name, size_t *length, unsigned char *type);

struct qctl_volume {
  uint64_t magic;
  uint64_t available_bytes;
  uint64_t total_bytes;
  int is_read_only;
};
int qctl_volume_of(const char *path, struct qctl_volume *volume);

// The C library's own untranslated words, or NULL for an unknown number.
const char *qctl_error_words(int code);
char **qctl_environment(void);
long qctl_random(void *buffer, size_t count);

int qctl_window_size(int descriptor, int *columns, int *rows);

enum { qctl_limit_open_files = 0, qctl_limit_core = 1 };
int qctl_get_limit(int which, uint64_t *soft, uint64_t *hard);
int qctl_set_limit(int which, uint64_t soft, uint64_t hard);

enum { qctl_disposition_default = 0, qctl_disposition_ignore = 1 };
int qctl_set_disposition(int signal, int disposition);
// 1: ignored, 0: not, -1: errno.
int qctl_is_ignored(int signal);
int qctl_realtime_minimum(void);
int qctl_realtime_maximum(void);
int qctl_signalfd(const int *signals, int count);
// 1: a signal was read, 0: none waits, -1: errno.
int qctl_read_signal(int descriptor, int *signal, int *sender);
// Blocks (1) or unblocks (0) in the calling thread; returns an errno value, 0 for success.
int qctl_mask_signals(const int *signals, int count, int block);

enum { qctl_stream_inherit = -1, qctl_stream_null = -2 };
struct qctl_spawn_request {
  const char *path;
  char *const *arguments;
  char *const *environment;
  int streams[3];
  int own_group;
  // Where the child notes that it exists (Spawn.c), or -1: 16 bytes at one offset, and 8 that must
  // be zero at the other.
  int record;
  int64_t record_offset;
  int64_t refusal_offset;
};
// Returns an errno value, 0 for success; the failure of the exec itself included, and ECANCELED
// when the child was refused. `call` is set to the name of what failed.
int qctl_spawn(const struct qctl_spawn_request *request, int *pid, const char **call);
// Closes all descriptors from `first` on, as close_range(2) does where the kernel has it.
int qctl_close_listed(int first);

struct qctl_wait_status {
  int pid;
  int exited;
  int code;
  int signal;
  int core;
};
// 1: ended, 0: still runs, -1: errno.
int qctl_wait(int pid, int block, struct qctl_wait_status *status);
int qctl_pidfd_open(int pid);

int qctl_epoll_create(void);
// operation: 1 add, 2 remove, 3 modify.
int qctl_epoll_control(
    int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
// At most 64 at a time.
int qctl_epoll_wait(
    int epoll, uint64_t *tokens, uint32_t *events, int capacity, int timeout_ms);
int qctl_eventfd(void);
// Non-blocking and closed on exec.
int qctl_datagram_socket(void);
// `address` is a path, or an abstract name behind an @.
int qctl_send(
    int descriptor, const void *address, size_t address_size, const void *bytes, size_t count);
// Sends this process the signal when the thread that started it ends.
int qctl_signal_at_parents_end(int signal);
int qctl_inotify_create(void);

// Starts a thread with every signal blocked; returns an errno value, 0 for success.
int qctl_thread_start(
    unsigned long *thread, size_t stack_bytes, void *(*body)(void *), void *context);

#endif
