import CommandLineSpec
import Jobs

/// At most so many jobs in any second, minute or hour: `20/s`.
struct ReplayRate: Equatable, Sendable {
  /// How many jobs.
  let count: Int64
  /// In how long.
  let window: TimeSpan

  /// How late a worker may claim a job that is due, and the rate still holds.
  static let lateness = TimeSpan(milliseconds: 100)
  /// How long before a job is due it is in the store, so that none waits until its batch is written.
  static let lead = TimeSpan.seconds(1)

  private static let largest = 1_000_000
  private static let windows: [(name: String, span: TimeSpan)] = [
    ("s", .seconds(1)), ("m", .minutes(1)), ("h", .hours(1)),
  ]

  static func parse(_ text: String) throws(ValueError) -> ReplayRate {
    let bytes = Array(text.utf8)
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { throw malformed }
    let unit = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    guard let window = windows.first(where: { $0.name == unit }) else { throw malformed }
    let digits = bytes[..<slash]
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int64(String(decoding: digits, as: UTF8.self)), count > 0
    else { throw malformed }
    guard count <= largest else { throw .malformed("is over \(largest)") }
    return ReplayRate(count: count, window: window.span)
  }

  private static var malformed: ValueError {
    .malformed("is no rate such as 20/s, 300/m or 1000/h")
  }

  /// How long after the first the job with this number comes.
  ///
  /// Each is `count` places behind another by the window and the lateness, to the millisecond: of
  /// `count + 1` jobs, the first as late as may be and the last on time, no window holds both.
  func offset(of index: Int64) -> TimeSpan {
    let stretch = window.milliseconds + Self.lateness.milliseconds
    let (whole, rest) = index.quotientAndRemainder(dividingBy: count)
    return TimeSpan(milliseconds: whole * stretch + rest * stretch / count)
  }
}

extension ReplayRate: CustomStringConvertible {
  var description: String {
    "\(count)/\(Self.windows.first { $0.span == window }?.name ?? "s")"
  }
}
