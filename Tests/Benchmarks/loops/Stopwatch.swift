import PosixIO

/// Times a row of operations, each of which begins where the one before ended; in nanoseconds.
struct Stopwatch {
  private let start = SystemClock.monotonicNanoseconds()
  private var last: Int64
  /// The longest operation.
  private(set) var longest: Int64 = 0

  init() { last = start }

  /// From the start to the end of the latest operation.
  var elapsed: Int64 { last - start }

  /// Ends an operation.
  mutating func lap() {
    let now = SystemClock.monotonicNanoseconds()
    longest = max(longest, now - last)
    last = now
  }
}
