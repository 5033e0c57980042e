/// Why a text is not a duration.
package enum DurationError: Error, Equatable, Sendable {
  case empty
  /// Not a number with a unit.
  case malformed(String)
  /// A unit that does not exist.
  case unknownUnit(String)
  /// `M`, `y` and their like: months and years have no fixed length.
  case calendarUnit(String)
  /// Below zero where that means nothing.
  case negative
  /// More milliseconds than can be counted.
  case tooLong
}

extension DurationError: CustomStringConvertible {
  /// One clause for a message; what the user wrote in it is as given, so escape it for a terminal.
  package var description: String {
    switch self {
    case .empty: "the duration is empty; write it like 1h30m"
    case .malformed(let text): "'\(text)' is not a duration; write it like 1h30m or 90s"
    case .unknownUnit(let unit): "no unit '\(unit)'; use ms, s, m, h, d or w"
    case .calendarUnit(let unit):
      "'\(unit)' (months, years) has no fixed length; use m for minutes, d or w for longer times"
    case .negative: "the duration may not be negative"
    case .tooLong: "the duration is too long"
    }
  }
}

/// Durations in milliseconds, as people write them (conventions §10).
package enum DurationText {
  /// Reads a duration.
  ///
  /// Such as `1h30m`, `1.5h`, `1h 30min`, `90` (seconds) or `PT1H30M`; with `allowsNegative` also
  /// `-2h`. A part smaller than a millisecond is cut.
  package static func parse(
    _ text: String, allowsNegative: Bool = false
  ) throws(DurationError) -> Int64 {
    let isNegative = text.hasPrefix("-")
    if isNegative, !allowsNegative { throw .negative }
    var reader = DurationReader(text: text, bytes: Array(text.utf8.dropFirst(isNegative ? 1 : 0)))
    let length = try reader.duration()
    return isNegative ? -length : length
  }

  /// The duration in units from days to milliseconds: `1h30m`, `250ms`, `0s`.
  package static func text(_ milliseconds: Int64) -> String {
    text(milliseconds, units: units.count)
  }

  /// The duration in its `units` largest units at most, the rest cut: `1d2h`.
  package static func text(_ milliseconds: Int64, units limit: Int) -> String {
    var rest = milliseconds.magnitude
    var out = milliseconds < 0 ? "-" : ""
    var left = max(1, limit)
    var hasBegun = false
    for (name, length) in units where left > 0 {
      let count = rest / length
      rest %= length
      if count > 0 {
        out += "\(count)\(name)"
        hasBegun = true
      }
      if hasBegun { left -= 1 }
    }
    return hasBegun ? out : "0s"
  }

  private static let units: [(name: String, length: UInt64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]
}
