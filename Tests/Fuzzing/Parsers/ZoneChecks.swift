import Calendar

/// What must hold of any zone, however strange its file.
enum ZoneChecks {
  static func judge(_ rules: TimeZoneRules) -> Verdict {
    for time in moments {
      let civil = rules.civil(at: time)
      _ = try? rules.startOfDay(civil.date)
      guard time.magnitude < 1 << 52 else {
        _ = try? rules.milliseconds(of: civil)
        continue
      }
      // Of two moments at which clocks show the same, the earlier is meant.
      guard let again = try? rules.milliseconds(of: civil), again <= time else {
        return .wrong("at \(time) clocks show what is never shown, or only later")
      }
      guard rules.civil(at: again) == civil else {
        return .wrong("at \(time) clocks show another time than when it is read again")
      }
    }
    return .accepted
  }

  private static let moments: [Int64] = [
    .min, .min + 1, -1 << 51, -2_208_988_800_000, -1, 0, 1, 1_774_746_000_000, 1_774_749_600_000,
    1_792_890_000_000, 1_792_893_600_123, 4_102_444_800_000, 1 << 51, .max - 1, .max,
  ]
}

/// Zone files made by hand, after RFC 8536.
enum ZoneFileExamples {
  static let all = [version1, version2("CET-1CEST,M3.5.0,M10.5.0/3"), version2("")]

  private static let version1 = block(version: 0, timeSize: 4)

  private static func version2(_ footer: String) -> [UInt8] {
    block(version: 0x32, timeSize: 4) + block(version: 0x32, timeSize: 8) + [10]
      + Array(footer.utf8)
      + [10]
  }

  /// Two changes and two kinds of time.
  private static func block(version: UInt8, timeSize: Int) -> [UInt8] {
    var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
    for count in [0, 0, 0, 2, 2, 9] { bytes += number(Int64(count), 4) }
    for time in [828_234_000, 846_378_000] as [Int64] { bytes += number(time, timeSize) }
    bytes += [1, 0]
    bytes += number(3_600, 4) + [0, 0] + number(7_200, 4) + [1, 4]
    return bytes + Array("CET\0CEST\0".utf8)
  }

  private static func number(_ value: Int64, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
  }
}
