package import Jobs
import PosixIO

/// A moment of a clock that never jumps, in nanoseconds from an arbitrary start.
package struct Tick: Hashable, Comparable, Sendable {
  /// Nanoseconds from the clock's own start.
  package let nanoseconds: Int64

  /// A moment from nanoseconds.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  package static func < (left: Tick, right: Tick) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment a span later; stays at the end of time rather than wrap.
  package static func + (tick: Tick, span: TimeSpan) -> Tick {
    let (length, tooLong) = span.milliseconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, overflow) = tick.nanoseconds.addingReportingOverflow(length)
    guard tooLong || overflow else { return Tick(nanoseconds: sum) }
    return Tick(nanoseconds: span.milliseconds < 0 ? .min : .max)
  }

  /// The whole milliseconds from `earlier` to this moment, rounded up, so that a wait that long
  /// is never too short.
  func since(_ earlier: Tick) -> TimeSpan {
    let (length, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    guard !overflow else { return TimeSpan(milliseconds: self < earlier ? .min : .max) }
    let whole = length / 1_000_000
    return TimeSpan(milliseconds: length % 1_000_000 > 0 ? whole + 1 : whole)
  }
}

/// The time as a worker sees it: the wall clock for what is stored, the other for what is awaited.
package struct WorkerClock: Sendable {
  /// The wall clock, which may jump.
  package var wall: @Sendable () -> Instant
  /// A clock that never jumps.
  package var monotonic: @Sendable () -> Tick

  /// A clock with its two faces.
  package init(
    wall: @escaping @Sendable () -> Instant, monotonic: @escaping @Sendable () -> Tick
  ) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The machine's clocks.
  package static var system: WorkerClock {
    WorkerClock(
      wall: { Instant(milliseconds: SystemClock.wallMilliseconds()) },
      monotonic: { Tick(nanoseconds: SystemClock.monotonicNanoseconds()) })
  }
}
