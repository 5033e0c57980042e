/// A worker's right to one execution of a job, as 64 random bits.
///
/// Random, so that a late or stale worker is told from the present one (fencing, design.md §2).
/// Shown as 16 lower-case hex digits.
package struct LeaseToken: Hashable, Sendable, CustomStringConvertible {
  /// The 64 bits, as stores keep them.
  package let rawValue: Int64

  /// A token from stored or random bits.
  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Reads the 16 hex digits that `claim` printed.
  ///
  /// - Throws: `InvalidValue` for any other text.
  package init(_ text: String) throws(InvalidValue) {
    guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
      let bits = UInt64(text, radix: 16)
    else { throw InvalidValue(.token, "has not 16 hex digits") }
    rawValue = Int64(bitPattern: bits)
  }

  package var description: String {
    let digits = String(UInt64(bitPattern: rawValue), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
