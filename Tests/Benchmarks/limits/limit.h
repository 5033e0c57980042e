// What every limit program needs: a clock, a way to give up, and how to report a rate.
#ifndef LIMIT_H
#define LIMIT_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void give_up(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

/// Seconds on the monotonic clock.
static inline double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/// A count given as an argument; anything but a positive number ends the program.
static inline long positive(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < 1) give_up(text, "not a positive number");
  return value;
}

static inline void report(long operations, double elapsed) {
  printf("ops_per_second %.1f\n", (double)operations / elapsed);
}

/// Ends one operation that began at `before`; returns the time now, where the next begins.
static inline double lap(double before, double *longest) {
  double now = seconds();
  if (now - before > *longest) *longest = now - before;
  return now;
}

static inline void report_longest(double longest) { printf("longest_ms %.3f\n", longest * 1e3); }

#endif
