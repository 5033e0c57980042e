// Waiting for an flock(2), but not for ever.
//
// Only a blocking flock queues in the kernel, and only a signal ends its wait. So a timer of this
// one wait sends one, to this one thread: a real-time signal that nothing else here uses, with a
// handler that does nothing and does not restart the call. It fires again every few milliseconds,
// since one that comes just before the wait would be lost. The signal is let through in this thread
// for that time only, so a mask, a signalfd and other threads never see it.
#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { second = 1000000000, again = 10000000 };

static int alarm_signal(void) { return SIGRTMAX - 3; }

static void do_nothing(int signal) { (void)signal; }

static void set_handler(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = do_nothing;
  sigaction(alarm_signal(), &action, NULL);
}

static int is_past(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

static int wait_in_queue(int descriptor, int operation, const struct timespec *end) {
  while (flock(descriptor, operation) < 0) {
    if (errno != EINTR) return -1;
    if (is_past(end)) return 0;
  }
  return 1;
}

static int wait_with_timer(int descriptor, int operation, const struct timespec *end) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = alarm_signal();
  // The name that glibc gives sigev_notify_thread_id of timer_create(2).
  event._sigev_un._tid = (int)syscall(SYS_gettid);
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0) return -1;
  struct itimerspec when = {.it_interval = {0, again}, .it_value = *end};
  int result = timer_settime(timer, TIMER_ABSTIME, &when, NULL);
  if (result == 0) result = wait_in_queue(descriptor, operation, end);
  int error = errno;
  timer_delete(timer);
  errno = error;
  return result;
}

int qctl_flock_until(int descriptor, int operation, int64_t deadline) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct timespec end = {deadline / second, deadline % second};
  if (deadline <= 0 || is_past(&end)) return 0;
  pthread_once(&once, set_handler);
  sigset_t ours, before;
  sigemptyset(&ours);
  sigaddset(&ours, alarm_signal());
  pthread_sigmask(SIG_UNBLOCK, &ours, &before);
  int result = wait_with_timer(descriptor, operation, &end);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return result;
}
