import CPosix
import Synchronization

/// Random numbers from the kernel, fit for tokens.
package enum Random {
  /// That many random bytes.
  package static func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(count, 0))
    var filled = 0
    while filled < bytes.count {
      filled &+= try systemCall("getrandom") {
        bytes.withUnsafeMutableBytes {
          let rest = UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
          return qctl_random(rest.baseAddress, rest.count)
        }
      }
    }
    return bytes
  }

  /// 64 random bits.
  package static func word() throws(SystemError) -> UInt64 {
    try store.withLock { (store) throws(SystemError) in try store.next() }
  }

  /// Words fetched ahead, as a worker needs one for each job that it takes.
  private static let store = Mutex(Store())

  private struct Store {
    /// Up to 256 bytes come whole once the pool is ready (getrandom(2)).
    private static let most = 32

    private var words: [UInt64] = []
    /// The first time one will do: a command mostly needs one or two.
    private var wanted = 1

    mutating func next() throws(SystemError) -> UInt64 {
      if let word = words.popLast() { return word }
      var fresh = [UInt64](repeating: 0, count: wanted)
      _ = try systemCall("getrandom") {
        fresh.withUnsafeMutableBytes { qctl_random($0.baseAddress, $0.count) }
      }
      wanted = min(wanted * 4, Self.most)
      words = fresh
      return words.popLast() ?? 0
    }
  }

  /// 64 random bits; the clock's, should the kernel have none to give.
  package static func wordOrClock() -> UInt64 {
    (try? word()) ?? UInt64(bitPattern: SystemClock.monotonicNanoseconds())
  }
}
