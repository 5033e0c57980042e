import Calendar
import TestSupport
import Testing

struct InstantTextTests {
  /// 2026-01-31T08:15:30.123Z.
  private static let now: Int64 = 1_769_847_330_123

  private func parse(_ text: String) throws(InstantError) -> Int64 {
    try InstantText.parse(text, now: Self.now) { () throws(TimeZoneError) in
      try TimeZoneResolver(environment: { _ in nil }, readFile: ZoneFiles.read)
        .zone(named: "Europe/Berlin")
    }
  }

  @Test(
    "Instants are read as people write them",
    arguments: [
      ("now", "2026-01-31T08:15:30.123Z"), ("today", "2026-01-30T23:00:00.000Z"),
      ("yesterday", "2026-01-29T23:00:00.000Z"), ("tomorrow", "2026-01-31T23:00:00.000Z"),
      ("-2h", "2026-01-31T06:15:30.123Z"), ("2h ago", "2026-01-31T06:15:30.123Z"),
      ("+10m", "2026-01-31T08:25:30.123Z"), ("in 10m", "2026-01-31T08:25:30.123Z"),
      ("@0", "1970-01-01T00:00:00.000Z"), ("@1769847330.5", "2026-01-31T08:15:30.500Z"),
      ("@-1", "1969-12-31T23:59:59.000Z"), ("2026-07-01", "2026-06-30T22:00:00.000Z"),
      ("2026-07-01 12:30", "2026-07-01T10:30:00.000Z"),
      ("2026-01-01T12:30:15", "2026-01-01T11:30:15.000Z"),
      ("2026-01-01T12:30:15Z", "2026-01-01T12:30:15.000Z"),
    ])
  func reads(_ text: String, _ instant: String) throws {
    #expect(RFC3339.text(try parse(text)) == instant)
  }

  @Test(
    "Other texts are refused with the reason",
    arguments: [
      ("", InstantError.unrecognised("")), ("soon", .unrecognised("soon")),
      ("2026-02-30", .outOfRange("2026-02-30")),
      ("2026-01-01 25:00", .outOfRange("2026-01-01 25:00")),
      ("2026-01-01 10", .unrecognised("2026-01-01 10")), ("@x", .unrecognised("@x")),
      ("@99999999999999999999", .outOfRange("@99999999999999999999")), ("-", .duration(.empty)),
      ("--2h", .duration(.negative)), ("5M ago", .duration(.calendarUnit("M"))),
      ("2026-03-29 02:30", .inGap("2026-03-29 02:30", zone: "Europe/Berlin")),
    ])
  func refuses(_ text: String, _ expected: InstantError) {
    #expect(throws: expected) { try parse(text) }
  }

  @Test("The zone is asked only where it is needed")
  func zoneOnDemand() throws {
    func refused() throws(TimeZoneError) -> TimeZoneRules { throw .unknown("X") }
    _ = try InstantText.parse("-2h", now: 0, zone: refused)
    _ = try InstantText.parse("2026-01-01T00:00:00Z", now: 0, zone: refused)
    #expect(throws: InstantError.zone(.unknown("X"))) {
      try InstantText.parse("today", now: 0, zone: refused)
    }
  }

  @Test("Random texts never trap")
  func fuzz() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789-:.TZ+@ agoinhmsdwPM".utf8)
    for _ in 0..<20_000 {
      let text = String(decoding: random.bytes(upTo: 24, from: alphabet), as: UTF8.self)
      _ = try? InstantText.parse(text, now: .random(in: .min ... .max, using: &random)) { .utc }
      _ = try? DurationText.parse(text, allowsNegative: true)
      _ = try? ByteSize.parse(text)
      _ = try? RFC3339.parse(text)
    }
  }

  @Test(
    "Distances are told in two units at most",
    arguments: [
      (0, "now"), (999, "now"), (-999, "now"), (-180_000, "3m ago"), (7_200_000, "in 2h"),
      (-5_430_500, "1h30m ago"), (-93_784_000, "1d2h ago"), (-86_401_000, "1d ago"),
    ] as [(Int64, String)])
  func relative(_ difference: Int64, _ text: String) {
    #expect(RelativeTime.text(of: Self.now + difference, now: Self.now) == text)
  }

  @Test("Extreme distances do not trap")
  func relativeExtremes() {
    #expect(RelativeTime.text(of: .min, now: .max).hasSuffix(" ago"))
    #expect(RelativeTime.text(of: .max, now: .min).hasPrefix("in "))
  }
}
