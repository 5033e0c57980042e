import Calendar
import Jobs

/// Moments and spans as handlers read and write them.
enum TimeText {
  /// A moment in UTC, with milliseconds: `2026-01-31T09:00:00.250Z` (RFC 3339).
  static func rfc3339(_ instant: Instant) -> String { RFC3339.text(instant.milliseconds) }

  /// A duration as people write it: `5m`, `1h30m`, `90`; `nil` if it is none or below zero.
  static func span(_ text: String) -> TimeSpan? {
    (try? DurationText.parse(text)).map(TimeSpan.init(milliseconds:))
  }

  /// A duration in a word: `1h30m`, `250ms`.
  static func words(_ span: TimeSpan) -> String { DurationText.text(span.milliseconds) }
}
