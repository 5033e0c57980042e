/// The number under which a worker of this host shows that it lives (design.md §7).
///
/// Random and positive; a job in the hands of such a worker names it, and is not lost by the mere
/// passing of time.
package struct PresenceID: Hashable, Sendable, CustomStringConvertible {
  /// The number, as stores keep it.
  package let rawValue: Int64

  /// A number from a store or a file's name; `nil` unless it is positive.
  package init?(rawValue: Int64) {
    guard rawValue > 0 else { return nil }
    self.rawValue = rawValue
  }

  /// A number from any 64 bits.
  package init(random: UInt64) {
    rawValue = max(1, Int64(bitPattern: random >> 1))
  }

  /// Sixteen lower-case hex digits, as the worker's file is named.
  package var description: String {
    let digits = String(UInt64(bitPattern: rawValue), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// Reads what `description` wrote; `nil` for anything else.
  package init?(_ text: String) {
    guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
      let bits = UInt64(text, radix: 16), let number = Int64(exactly: bits)
    else { return nil }
    self.init(rawValue: number)
  }
}

/// What keeps a job in its worker's hands.
package enum Hold: Equatable, Sendable {
  /// A lease in the store, until that moment unless renewed.
  case until(Instant)
  /// The worker's sign of life on this host, for as long as it lasts.
  case presence(PresenceID)
}

/// What a job was doing when its worker was lost; decides what that costs (design.md §7).
package enum Loss: Equatable, Sendable {
  /// Claimed, but no handler had started: nothing.
  case unstarted
  /// Running, perhaps beside others: it is marked, and runs alone next.
  case started
  /// Running alone, since it was marked: a crash, and a failure with its backoff.
  case alone(policy: Backoff, random: UInt64)
}
