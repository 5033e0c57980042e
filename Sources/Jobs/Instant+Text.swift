import Calendar

extension Instant {
  /// As machines read it: RFC 3339, UTC, with milliseconds.
  package var rfc3339: String { RFC3339.text(milliseconds) }
}
