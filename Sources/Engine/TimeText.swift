import Jobs

/// Moments and spans as handlers read and write them.
enum TimeText {
  /// A moment in UTC, with milliseconds: `2026-01-31T09:00:00.250Z` (RFC 3339).
  static func rfc3339(_ instant: Instant) -> String {
    // Calendar's.
    let ms = instant.milliseconds
    var days = ms / 86_400_000
    var rest = ms % 86_400_000
    if rest < 0 { rest += 86_400_000; days -= 1 }
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let doe = z - era * 146_097
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146_096) / 365
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100)
    let mp = (5 * doy + 2) / 153
    let d = doy - (153 * mp + 2) / 5 + 1
    let m = mp < 10 ? mp + 3 : mp - 9
    let y = yoe + era * 400 + (m <= 2 ? 1 : 0)
    func p(_ n: Int64, _ w: Int) -> String {
      let s = String(n)
      return String(repeating: "0", count: max(0, w - s.utf8.count)) + s
    }
    return "\(p(y, 4))-\(p(m, 2))-\(p(d, 2))T\(p(rest / 3_600_000, 2)):\(p(rest / 60000 % 60, 2)):\(p(rest / 1000 % 60, 2)).\(p(rest % 1000, 3))Z"
  }

  /// A duration as people write it: `5m`, `1h30m`, `90`.
  static func span(_ text: String) -> TimeSpan? {
    // Calendar's.
    guard let last = text.utf8.last else { return nil }
    let factor: Int64? =
      switch last {
      case UInt8(ascii: "s"): 1
      case UInt8(ascii: "m"): 60
      case UInt8(ascii: "h"): 3600
      case UInt8(ascii: "d"): 86400
      default: nil
      }
    guard let n = Int64(factor == nil ? text : String(text.dropLast())) else { return nil }
    let (v, o) = n.multipliedReportingOverflow(by: factor ?? 1)
    return o ? nil : .seconds(v)
  }
}
extension TimeText {
  static func words(_ span: TimeSpan) -> String { "\(span.milliseconds)ms" }
}
