extension PosixZoneRule {
  /// Reads a TZ rule; nil where it is malformed.
  ///
  /// A daylight time without dates changes as in the United States, which is what POSIX systems do.
  static func parse(_ text: some Collection<UInt8>) -> PosixZoneRule? {
    var reader = RuleReader(bytes: Array(text))
    return reader.rule()
  }
}

private struct RuleReader {
  let bytes: [UInt8]
  var position = 0

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skip(_ letter: Character) -> Bool {
    guard let byte, byte == letter.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func rule() -> PosixZoneRule? {
    guard let name = name(), let west = time(hours: 24) else { return nil }
    let standard = ZoneOffset(seconds: -west, abbreviation: name, isDaylight: false)
    guard byte != nil else { return PosixZoneRule(standard: standard, daylight: nil) }
    guard let daylight = daylight(standardWest: west), byte == nil else { return nil }
    return PosixZoneRule(standard: standard, daylight: daylight)
  }

  private mutating func daylight(standardWest: Int) -> PosixZoneRule.Daylight? {
    guard let name = name() else { return nil }
    var west = standardWest - 3_600
    if byte != nil, byte != UInt8(ascii: ",") {
      guard let given = time(hours: 24) else { return nil }
      west = given
    }
    let offset = ZoneOffset(seconds: -west, abbreviation: name, isDaylight: true)
    guard byte != nil else {
      return PosixZoneRule.Daylight(
        offset: offset,
        start: .init(day: .monthly(month: 3, week: 2, weekday: 0), seconds: 7_200),
        end: .init(day: .monthly(month: 11, week: 1, weekday: 0), seconds: 7_200))
    }
    guard skip(","), let start = change(), skip(","), let end = change() else { return nil }
    return PosixZoneRule.Daylight(offset: offset, start: start, end: end)
  }

  /// At least three letters, or anything of letters, digits and signs between `<` and `>`.
  private mutating func name() -> String? {
    let isQuoted = skip("<")
    let start = position
    while let byte, Self.isNameLetter(byte, isQuoted: isQuoted) { position += 1 }
    let name = bytes[start..<position]
    guard name.count >= 3, !isQuoted || skip(">") else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  private static func isNameLetter(_ byte: UInt8, isQuoted: Bool) -> Bool {
    if 0x41...0x5A ~= byte || 0x61...0x7A ~= byte { return true }
    return isQuoted
      && (0x30...0x39 ~= byte || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
  }

  private mutating func number(upTo limit: Int) -> Int? {
    let start = position
    var value = 0
    while let byte, 0x30...0x39 ~= byte, position - start < 3 {
      value = value * 10 + Int(byte - 0x30)
      position += 1
    }
    return position > start && value <= limit ? value : nil
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private mutating func time(hours limit: Int) -> Int? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard let hours = number(upTo: limit) else { return nil }
    var seconds = hours * 3_600
    if skip(":") {
      guard let minutes = number(upTo: 59) else { return nil }
      seconds += minutes * 60
      if skip(":") {
        guard let more = number(upTo: 59) else { return nil }
        seconds += more
      }
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func change() -> PosixZoneRule.Change? {
    guard let day = day() else { return nil }
    guard skip("/") else { return PosixZoneRule.Change(day: day, seconds: 7_200) }
    // Up to a week either way, since version 3 of the file format.
    guard let seconds = time(hours: 167) else { return nil }
    return PosixZoneRule.Change(day: day, seconds: seconds)
  }

  private mutating func day() -> PosixZoneRule.Day? {
    if skip("J") {
      guard let day = number(upTo: 365), day >= 1 else { return nil }
      return .julian(day)
    }
    guard skip("M") else { return number(upTo: 365).map { .zeroBased($0) } }
    guard let month = number(upTo: 12), month >= 1, skip("."), let week = number(upTo: 5),
      week >= 1, skip("."), let weekday = number(upTo: 6)
    else { return nil }
    return .monthly(month: month, week: week, weekday: weekday)
  }
}
