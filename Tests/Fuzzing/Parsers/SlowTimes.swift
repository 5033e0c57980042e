/// Times read in the most obvious way, to be compared with the quick ones.
enum SlowTimes {
  private static let units: [String: Int128] = [
    "ms": 1, "s": 1_000, "sec": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000,
    "hr": 3_600_000, "d": 86_400_000, "w": 604_800_000,
  ]

  /// The milliseconds of a duration in units, such as `1.5h 30min`; nil for any other form.
  static func duration(_ text: String) -> Int128? {
    var rest = Array(text.unicodeScalars)[...]
    func take(_ isWanted: (Unicode.Scalar) -> Bool) -> String {
      let part = rest.prefix(while: isWanted)
      rest = rest.dropFirst(part.count)
      return String(String.UnicodeScalarView(part))
    }
    var total: Int128 = 0
    var parts = 0
    while true {
      _ = take { $0 == " " }
      if rest.isEmpty { return parts > 0 ? total : nil }
      let whole = take { "0"..."9" ~= $0 }
      var fraction = ""
      if rest.first == "." {
        rest = rest.dropFirst()
        fraction = take { "0"..."9" ~= $0 }
        if fraction.isEmpty { return nil }
      }
      _ = take { $0 == " " }
      var name = take { "a"..."z" ~= $0 || "A"..."Z" ~= $0 }
      if name.isEmpty, parts == 0, rest.isEmpty { name = "s" }
      guard let unit = units[name], whole.utf8.count <= 18, let number = Int128(whole) else {
        return nil
      }
      // Nine digits behind the point count, and less than a millisecond does not.
      let digits = fraction.prefix(9)
      let scaled = (Int128(digits.isEmpty ? "0" : digits) ?? 0) * unit
      let scale = (0..<digits.utf8.count).reduce(Int128(1)) { product, _ in product * 10 }
      total += number * unit + scaled / scale
      parts += 1
    }
  }

  /// The milliseconds since 1970 of a time of RFC 3339, by counting years and months; nil for none.
  static func moment(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let pattern = Array("dddd-dd-ddTdd:dd:dd".utf8)
    guard bytes.count > pattern.count else { return nil }
    for (byte, wanted) in zip(bytes, pattern) {
      switch wanted {
      case UInt8(ascii: "d"): guard 0x30...0x39 ~= byte else { return nil }
      case UInt8(ascii: "T"): guard "Tt ".utf8.contains(byte) else { return nil }
      default: guard byte == wanted else { return nil }
      }
    }
    func number(_ range: Range<Int>) -> Int64 {
      bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    guard let (thousandths, offset) = ending(bytes[pattern.count...]),
      let days = days(number(0..<4), number(5..<7), number(8..<10))
    else { return nil }
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard hour < 24, minute < 60, second <= 60 else { return nil }
    let minutes = (days * 24 + hour) * 60 + minute - offset
    // A leap second is the first moment after the day, and has no fraction.
    if second == 60 {
      return (minutes + 1) % 1_440 == 0 ? (minutes + 1) * 60_000 : nil
    }
    return (minutes * 60 + second) * 1_000 + thousandths
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
    guard 1...12 ~= month, 1...length(month, year) ~= day else { return nil }
    var days = day - 1
    for earlier in 1..<month { days += length(earlier, year) }
    for other in min(year, 1970)..<max(year, 1970) {
      let length = length(2, other) + 337
      days += year > 1970 ? length : -length
    }
    return days
  }

  private static func length(_ month: Int64, _ year: Int64) -> Int64 {
    if month == 2 {
      return year % 400 == 0 || year % 4 == 0 && year % 100 != 0 ? 29 : 28
    }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// The thousandths of the fraction and the minutes of the offset that a text ends with.
  private static func ending(_ bytes: ArraySlice<UInt8>) -> (Int64, Int64)? {
    var rest = bytes
    var thousandths: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { 0x30...0x39 ~= $0 }
      guard !digits.isEmpty else { return nil }
      let padded = Array(digits.prefix(3)) + [0x30, 0x30]
      thousandths = padded.prefix(3).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
      rest = rest.dropFirst(1 + digits.count)
    }
    if rest.count == 1, let last = rest.first, "Zz".utf8.contains(last) { return (thousandths, 0) }
    let sign = rest.first
    let parts = rest.dropFirst().split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), parts.count == 2,
      parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { 0x30...0x39 ~= $0 } })
    else { return nil }
    let numbers = parts.map { $0.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) } }
    guard numbers[0] < 24, numbers[1] < 60 else { return nil }
    let minutes = numbers[0] * 60 + numbers[1]
    return (thousandths, sign == UInt8(ascii: "-") ? -minutes : minutes)
  }
}
