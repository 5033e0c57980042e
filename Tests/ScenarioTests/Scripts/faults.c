/* Laid under a dynamically linked program (LD_PRELOAD), it makes writes to a store fail when told.

   $QCTL_FAULTY is the store, a file with others beside it or a folder. $QCTL_FAULTS names a file;
   what it says holds until it is gone:
     sync       the next sync of a write-ahead log, or of anything in a folder, fails with EIO; the
                file is removed
     read-only  writing to the store fails with EROFS, as after an error of the disk the kernel does
     full       the same with ENOSPC, also where nothing more would have to be allocated */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* The first letter of what is told. */
static int told(void) {
  const char *path = getenv("QCTL_FAULTS");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  char letter = 0;
  if (file >= 0) {
    if (read(file, &letter, 1) != 1) letter = 0;
    close(file);
  }
  return letter;
}

/* What follows the path of the store in the name of a file of it, or NULL. */
static const char *within_store(int file) {
  static _Thread_local char path[4096];
  char link[64];
  const char *store = getenv("QCTL_FAULTY");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || !store) return NULL;
  path[length] = 0;
  return strncmp(path, store, strlen(store)) ? NULL : path + strlen(store);
}

/* The error that a write must fail with, or 0. */
static int refusal(int file) {
  int letter = told();
  if ((letter != 'r' && letter != 'f') || !within_store(file)) return 0;
  return letter == 'r' ? EROFS : ENOSPC;
}

#define ORIGINAL(type, name, ...)                      \
  static type (*original)(__VA_ARGS__);                \
  if (!original) original = dlsym(RTLD_NEXT, name)

#define REFUSE(file)                                   \
  int error = refusal(file);                           \
  if (error) {                                         \
    errno = error;                                     \
    return -1;                                         \
  }

ssize_t write(int file, const void *bytes, size_t count) {
  ORIGINAL(ssize_t, "write", int, const void *, size_t);
  REFUSE(file)
  return original(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  ORIGINAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  REFUSE(file)
  return original(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  ORIGINAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  REFUSE(file)
  return original(file, bytes, count, offset);
}

int ftruncate(int file, off_t length) {
  ORIGINAL(int, "ftruncate", int, off_t);
  REFUSE(file)
  return original(file, length);
}

int ftruncate64(int file, off64_t length) {
  ORIGINAL(int, "ftruncate64", int, off64_t);
  REFUSE(file)
  return original(file, length);
}

static int fails_once(int file) {
  if (told() != 's') return 0;
  const char *name = within_store(file);
  if (!name || (strcmp(name, "-wal") && *name != '/')) return 0;
  return unlink(getenv("QCTL_FAULTS")) == 0;
}

int fsync(int file) {
  ORIGINAL(int, "fsync", int);
  if (fails_once(file)) {
    errno = EIO;
    return -1;
  }
  return original(file);
}

int fdatasync(int file) {
  ORIGINAL(int, "fdatasync", int);
  if (fails_once(file)) {
    errno = EIO;
    return -1;
  }
  return original(file);
}
