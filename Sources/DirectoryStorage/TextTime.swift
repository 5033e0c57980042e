import Calendar
import Jobs

/// Moments in the text of files: RFC 3339, or `@` and milliseconds where that has no form for it.
enum TextTime {
  static func text(_ instant: Instant) -> String {
    let text = RFC3339.text(instant.milliseconds)
    return text.utf8.count == 24 ? text : "@" + String(instant.milliseconds)
  }

  /// Reads what `text` wrote; `nil` for anything else.
  static func read(_ text: String) -> Instant? {
    if text.utf8.first == UInt8(ascii: "@") {
      return Int64(text.dropFirst()).map { Instant(milliseconds: $0) }
    }
    return (try? RFC3339.parse(text)).map { Instant(milliseconds: $0) }
  }
}
