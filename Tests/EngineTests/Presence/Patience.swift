import PosixIO

/// Whether something comes true within two minutes; asked every millisecond, for what gives no
/// signal that a test could wait for.
func eventually(_ isTrue: () throws -> Bool) rethrows -> Bool {
  let deadline = SystemClock.monotonicNanoseconds() + 120_000_000_000
  while true {
    if try isTrue() { return true }
    guard SystemClock.monotonicNanoseconds() < deadline else { return false }
    SystemClock.sleep(nanoseconds: 1_000_000)
  }
}
