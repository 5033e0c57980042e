/// What a zone's clocks show at some instant.
package struct ZoneOffset: Equatable, Sendable {
  /// Seconds east of UTC.
  package let seconds: Int
  /// Such as `CEST`.
  package let abbreviation: String
  /// Whether the zone calls it daylight saving time.
  package let isDaylight: Bool

  /// UTC itself.
  package static let utc = ZoneOffset(seconds: 0, abbreviation: "UTC", isDaylight: false)
}
