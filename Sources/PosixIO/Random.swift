import CPosix

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
    var word: UInt64 = 0
    // Up to 256 bytes come whole once the pool is ready (getrandom(2)).
    _ = try systemCall("getrandom") { qctl_random(&word, 8) }
    return word
  }

  /// 64 random bits; the clock's, should the kernel have none to give.
  package static func wordOrClock() -> UInt64 {
    (try? word()) ?? UInt64(bitPattern: SystemClock.monotonicNanoseconds())
  }
}
