import Glibc

/// The machine's clocks.
package enum SystemClock {
  /// Milliseconds since 1970 by the wall clock, which can jump.
  package static func wallMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
  }

  /// Nanoseconds that never jump, from an arbitrary start; they stand still during suspend.
  package static func monotonicNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds since the boot, suspend included: the same for all processes of the host.
  package static func boottimeNanoseconds() -> Int64 { read(CLOCK_BOOTTIME) }

  /// Sleeps that long, whatever signals come between.
  package static func sleep(nanoseconds: Int64) {
    guard nanoseconds > 0 else { return }
    let end = monotonicNanoseconds().addingReportingOverflow(nanoseconds)
    let target = end.overflow ? Int64.max : end.partialValue
    var time = timespec(
      tv_sec: Int(target / 1_000_000_000), tv_nsec: Int(target % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return nanoseconds(time)
  }
}
