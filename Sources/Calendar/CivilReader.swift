/// Reads the parts that dates and times of day are written in; each has a fixed number of digits.
struct CivilReader {
  struct Day {
    let year: Int
    let month: Int
    let day: Int
  }

  struct Clock {
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int
    let hasSeconds: Bool
  }

  /// An offset that was written properly; `minutes` is nil where there is no such offset.
  struct Offset {
    let minutes: Int?
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skipOne(of letters: StaticString) -> Bool {
    guard position < bytes.count else { return false }
    let isFound = letters.withUTF8Buffer { $0.contains(bytes[position]) }
    if isFound { position += 1 }
    return isFound
  }

  private mutating func number(digits: Int) -> Int? {
    guard bytes.count - position >= digits else { return nil }
    var value = 0
    for byte in bytes[position..<(position + digits)] {
      guard 0x30...0x39 ~= byte else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    position += digits
    return value
  }

  /// `YYYY-MM-DD`.
  mutating func date() -> Day? {
    guard let year = number(digits: 4), skipOne(of: "-"), let month = number(digits: 2),
      skipOne(of: "-"), let day = number(digits: 2)
    else { return nil }
    return Day(year: year, month: month, day: day)
  }

  /// `HH:MM[:SS[.F…]]`.
  mutating func clock() -> Clock? {
    guard let hour = number(digits: 2), skipOne(of: ":"), let minute = number(digits: 2) else {
      return nil
    }
    guard skipOne(of: ":") else {
      return Clock(hour: hour, minute: minute, second: 0, millisecond: 0, hasSeconds: false)
    }
    guard let second = number(digits: 2), let millisecond = fraction() else { return nil }
    return Clock(
      hour: hour, minute: minute, second: second, millisecond: millisecond, hasSeconds: true)
  }

  /// `.F…` in milliseconds, cut; 0 where there is none, nil where no digit follows the point.
  private mutating func fraction() -> Int? {
    guard skipOne(of: ".") else { return 0 }
    var value = 0
    var digits = 0
    while let digit = number(digits: 1) {
      if digits < 3 { value = value * 10 + digit }
      digits += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 3)..<3 { value *= 10 }
    return value
  }

  /// `Z` or `±HH:MM`.
  mutating func offset() -> Offset? {
    if skipOne(of: "Zz") { return Offset(minutes: 0) }
    let isWest = skipOne(of: "-")
    guard isWest || skipOne(of: "+"), let hours = number(digits: 2), skipOne(of: ":"),
      let minutes = number(digits: 2)
    else { return nil }
    guard hours <= 23, minutes <= 59 else { return Offset(minutes: nil) }
    return Offset(minutes: (hours * 60 + minutes) * (isWest ? -1 : 1))
  }
}
