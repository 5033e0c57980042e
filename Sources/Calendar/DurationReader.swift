/// Reads one duration that has lost its sign.
struct DurationReader {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0
  private var total: Int64 = 0

  init(text: String, bytes: [UInt8]) {
    self.text = text
    self.bytes = bytes
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func duration() throws(DurationError) -> Int64 {
    skipSpaces()
    guard let first = byte else { throw .empty }
    if first == UInt8(ascii: "P") { return try isoDuration() }
    var parts = 0
    while byte != nil {
      let number = try number()
      skipSpaces()
      let unit = letters()
      // A bare number is seconds, but only where it stands alone.
      guard !unit.isEmpty || parts == 0 && byte == nil else { throw .malformed(text) }
      try add(number, of: unit.isEmpty ? 1_000 : Self.length(of: unit))
      parts += 1
      skipSpaces()
    }
    return total
  }

  private mutating func skipSpaces() {
    while byte == UInt8(ascii: " ") { position += 1 }
  }

  private mutating func number() throws(DurationError) -> ScaledDecimal {
    switch ScaledDecimal.read(bytes, at: &position) {
    case .none: throw .malformed(text)
    case .tooLarge: throw .tooLong
    case .number(let number): return number
    }
  }

  private mutating func letters() -> String {
    let start = position
    while let byte, 0x41...0x5A ~= byte || 0x61...0x7A ~= byte { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func add(_ number: ScaledDecimal, of unit: UInt64) throws(DurationError) {
    guard let length = number.times(unit) else { throw .tooLong }
    let (sum, isOver) = total.addingReportingOverflow(length)
    guard !isOver else { throw .tooLong }
    total = sum
  }

  private static func length(of unit: String) throws(DurationError) -> UInt64 {
    switch unit {
    case "ms": return 1
    case "s", "sec": return 1_000
    case "m", "min": return 60_000
    case "h", "hr": return 3_600_000
    case "d": return 86_400_000
    case "w": return 604_800_000
    case "M", "y", "Y", "mo", "month", "months", "year", "years": throw .calendarUnit(unit)
    default: throw .unknownUnit(unit)
    }
  }

  /// `P[nW][nD][T[nH][nM][nS]]` of ISO 8601, each unit once and in this order.
  private mutating func isoDuration() throws(DurationError) -> Int64 {
    position += 1
    var isTime = false
    var lastRank = -1
    while byte != nil {
      if byte == UInt8(ascii: "T"), !isTime {
        isTime = true
        position += 1
      }
      let number = try number()
      let unit = letters()
      let (rank, length) = try isoUnit(unit, isTime: isTime)
      guard rank > lastRank else { throw .malformed(text) }
      lastRank = rank
      try add(number, of: length)
    }
    guard lastRank >= 0 else { throw .malformed(text) }
    return total
  }

  private mutating func isoUnit(
    _ letters: String, isTime: Bool
  ) throws(DurationError) -> (rank: Int, length: UInt64) {
    var unit = letters
    // In `P1DT2H` the T belongs to what follows.
    if !isTime, unit.hasSuffix("T"), unit.utf8.count > 1, byte != nil {
      unit.removeLast()
      position -= 1
    }
    switch (unit, isTime) {
    case ("W", false): return (0, 604_800_000)
    case ("D", false): return (1, 86_400_000)
    case ("H", true): return (2, 3_600_000)
    case ("M", true): return (3, 60_000)
    case ("S", true): return (4, 1_000)
    case ("Y", false), ("M", false): throw .calendarUnit(unit)
    default: throw .malformed(text)
    }
  }
}
