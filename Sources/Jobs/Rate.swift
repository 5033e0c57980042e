/// How many jobs of a queue may start in a stretch of time: `100/m`.
///
/// Counted by the generic cell rate algorithm (ITU-T I.371): each start is paid for with its share of
/// the time, and what is kept is only until when all of it is paid, in microseconds since 1970. A start
/// is allowed as long as that is no more than a burst ahead of the clock. So nothing needs to run to
/// fill a bucket, and an idle queue saves up one burst and no more. What is further ahead than any start
/// can have paid was written before the clock was set back, or under a lower rate: it counts as nothing,
/// so that a step of the clock gives one burst too many and never holds up a queue.
package struct Rate: Hashable, Sendable {
  /// The stretches of time that can be named.
  package enum Period: String, Sendable, CaseIterable {
    case second = "s"
    case minute = "m"
    case hour = "h"
    case day = "d"

    fileprivate var microseconds: Int64 {
      switch self {
      case .second: 1_000_000
      case .minute: 60_000_000
      case .hour: 3_600_000_000
      case .day: 86_400_000_000
      }
    }
  }

  /// So many starts in each period; 1 to `most`.
  package let count: Int64
  /// The period.
  package let period: Period

  /// The most starts in a period, and the largest burst.
  package static let most: Int64 = 1_000_000

  /// A rate with its parts; `nil` for a count that is out of its range.
  package init?(_ count: Int64, per period: Period) {
    guard 1...Self.most ~= count else { return nil }
    self.count = count
    self.period = period
  }

  /// Reads `100/m`; `nil` for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int64(parts[0]), parts[0].utf8.first != UInt8(ascii: "+"),
      let period = Period(rawValue: String(parts[1]))
    else { return nil }
    self.init(count, per: period)
  }

  /// How many may start at once where nothing else is set: what comes in a tenth of a second, at
  /// least one.
  package var standardBurst: Int64 { max(1, count * 100_000 / period.microseconds) }

  /// The share of one start, rounded so that never more start than were allowed.
  private var share: Int64 { (period.microseconds + count - 1) / count }
}

extension Rate: CustomStringConvertible {
  package var description: String { "\(count)/\(period.rawValue)" }
}

// MARK: - Counting

extension Rate {
  /// How many may start now.
  ///
  /// - Parameters:
  ///   - paid: until when all starts are paid for, in microseconds; `nil` where none was ever.
  ///   - burst: how many may start at once.
  package func available(paid: Int64?, burst: Int64, at now: Instant) -> Int64 {
    let ahead = ahead(paid, burst, now)
    return (burst * share - ahead) / share
  }

  /// Until when all is paid for, once so many more have started.
  package func charged(_ starts: Int64, paid: Int64?, burst: Int64, at now: Instant) -> Int64 {
    Self.microseconds(now).addingSaturated(ahead(paid, burst, now))
      .addingSaturated(starts.multipliedSaturated(share))
  }

  /// When the next may start; `nil` where one may now.
  package func next(paid: Int64?, burst: Int64, at now: Instant) -> Instant? {
    let wait = ahead(paid, burst, now) + share - burst * share
    guard wait > 0 else { return nil }
    return Instant(milliseconds: now.milliseconds.addingSaturated((wait + 999) / 1000))
  }

  /// How far ahead of the clock starts are paid for.
  private func ahead(_ paid: Int64?, _ burst: Int64, _ now: Instant) -> Int64 {
    guard let paid else { return 0 }
    let ahead = paid.subtractingSaturated(Self.microseconds(now))
    return 0...(burst * share) ~= ahead ? ahead : 0
  }

  private static func microseconds(_ now: Instant) -> Int64 {
    now.milliseconds.multipliedSaturated(1000)
  }
}
