/// Why a text names no instant.
package enum InstantError: Error, Equatable, Sendable {
  /// None of the known forms.
  case unrecognised(String)
  /// The form is right, but there is no such day or time.
  case outOfRange(String)
  /// The zone's clocks were put forward past this time.
  case inGap(String, zone: String)
  /// The duration in it cannot be read.
  case duration(DurationError)
  /// The zone it needs cannot be used.
  case zone(TimeZoneError)
}

extension InstantError: CustomStringConvertible {
  /// One clause for a message; what the user wrote in it is as given, so escape it for a terminal.
  package var description: String {
    switch self {
    case .unrecognised(let text):
      "'\(text)' is not a time; write it like 2026-01-31T08:15:00Z, '2026-01-31 08:15', @1769847300,"
        + " now, today, yesterday, '2h ago' or '+10m'"
    case .outOfRange(let text): "there is no time '\(text)'"
    case .inGap(let text, let zone):
      "'\(text)' does not exist in \(zone): clocks were put forward past it"
    case .duration(let error): error.description
    case .zone(let error): error.description
    }
  }
}

/// Instants as people write them (conventions §10), in milliseconds since 1970.
package enum InstantText {
  /// Reads RFC 3339, `@EPOCH`, `YYYY-MM-DD[ HH:MM[:SS]]` in a zone, `now`, `today`, `yesterday`,
  /// `tomorrow`, `-2h`, `2h ago`, `+10m` or `in 10m`.
  ///
  /// `zone` is asked only where the form needs it, for it may have to read a file.
  package static func parse(
    _ text: String, now: Int64, zone: () throws(TimeZoneError) -> TimeZoneRules
  ) throws(InstantError) -> Int64 {
    switch text {
    case "now": return now
    case "today": return try day(0, now: now, zone: zone, text)
    case "yesterday": return try day(-1, now: now, zone: zone, text)
    case "tomorrow": return try day(1, now: now, zone: zone, text)
    default: break
    }
    if text.hasPrefix("@") { return try epoch(text) }
    if let offset = try offset(text) {
      let (sum, isOver) = now.addingReportingOverflow(offset)
      guard !isOver else { throw .outOfRange(text) }
      return sum
    }
    return try calendarTime(text, zone: zone)
  }

  private static func ask(
    _ zone: () throws(TimeZoneError) -> TimeZoneRules
  ) throws(InstantError) -> TimeZoneRules {
    do throws(TimeZoneError) { return try zone() } catch { throw .zone(error) }
  }

  private static func day(
    _ shift: Int64, now: Int64, zone: () throws(TimeZoneError) -> TimeZoneRules, _ text: String
  ) throws(InstantError) -> Int64 {
    let rules = try ask(zone)
    let date = CivilDate(days: rules.civil(at: now).date.days + shift)
    do throws(LocalTimeError) {
      return try rules.startOfDay(date)
    } catch {
      throw .outOfRange(text)
    }
  }

  /// `@1769847300`, `@1769847300.5`, `@-1`.
  private static func epoch(_ text: String) throws(InstantError) -> Int64 {
    let bytes = Array(text.utf8.dropFirst())
    let isNegative = bytes.first == UInt8(ascii: "-")
    var position = isNegative ? 1 : 0
    switch ScaledDecimal.read(bytes, at: &position) {
    case .none: throw .unrecognised(text)
    case .tooLarge: throw .outOfRange(text)
    case .number(let number):
      guard position == bytes.count else { throw .unrecognised(text) }
      guard let milliseconds = number.times(1_000) else { throw .outOfRange(text) }
      return isNegative ? -milliseconds : milliseconds
    }
  }

  /// `-2h`, `+10m`, `2h ago`, `in 10m`; nil for other forms.
  private static func offset(_ text: String) throws(InstantError) -> Int64? {
    if text.hasPrefix("-") { return -(try duration(text.dropFirst())) }
    if text.hasPrefix("+") { return try duration(text.dropFirst()) }
    if text.hasPrefix("in ") { return try duration(text.dropFirst(3)) }
    if text.hasSuffix(" ago") { return -(try duration(text.dropLast(4))) }
    return nil
  }

  private static func duration(_ text: Substring) throws(InstantError) -> Int64 {
    do throws(DurationError) {
      return try DurationText.parse(String(text))
    } catch {
      throw .duration(error)
    }
  }

  private static func calendarTime(
    _ text: String, zone: () throws(TimeZoneError) -> TimeZoneRules
  ) throws(InstantError) -> Int64 {
    do throws(RFC3339Error) {
      return try RFC3339.parse(text)
    } catch {
      if error == .outOfRange { throw .outOfRange(text) }
    }
    let (day, time) = try localTime(text)
    let rules = try ask(zone)
    do throws(LocalTimeError) {
      guard let time else { return try rules.startOfDay(day) }
      return try rules.milliseconds(of: time)
    } catch {
      switch error {
      case .inGap: throw .inGap(text, zone: rules.name)
      case .outOfRange: throw .outOfRange(text)
      }
    }
  }

  /// `YYYY-MM-DD[ HH:MM[:SS]]`; a day without a time begins when it begins.
  private static func localTime(
    _ text: String
  ) throws(InstantError) -> (day: CivilDate, time: CivilDateTime?) {
    var reader = CivilReader(text)
    guard let date = reader.date() else { throw .unrecognised(text) }
    guard let day = CivilDate(year: Int64(date.year), month: date.month, day: date.day) else {
      throw .outOfRange(text)
    }
    if reader.isAtEnd { return (day, nil) }
    guard reader.skipOne(of: " T"), let clock = reader.clock(), reader.isAtEnd else {
      throw .unrecognised(text)
    }
    guard
      let time = CivilDateTime(
        day, hour: clock.hour, minute: clock.minute, second: clock.second,
        millisecond: clock.millisecond)
    else { throw .outOfRange(text) }
    return (day, time)
  }
}
