import Calendar
import TestSupport
import Testing

struct RFC3339Tests {
  @Test(
    "Times are written in UTC to the millisecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_769_847_330_123, "2026-01-31T08:15:30.123Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
      (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func writes(_ milliseconds: Int64, _ text: String) {
    #expect(RFC3339.text(milliseconds) == text)
  }

  @Test("Times are written with the zone's offset")
  func writesLocal() throws {
    let berlin = try ZoneFiles.zone("Europe/Berlin")
    #expect(RFC3339.text(1_769_847_330_123, in: berlin) == "2026-01-31T09:15:30+01:00")
    let newfoundland = try ZoneFiles.zone("America/St_Johns")
    #expect(RFC3339.text(1_769_847_330_123, in: newfoundland) == "2026-01-31T04:45:30-03:30")
    #expect(RFC3339.text(0, in: .utc) == "1970-01-01T00:00:00+00:00")
  }

  @Test(
    "Times are read",
    arguments: [
      ("2026-01-31T08:15:30Z", 1_769_847_330_000), ("2026-01-31t08:15:30.1239z", 1_769_847_330_123),
      ("2026-01-31 09:15:30.5+01:00", 1_769_847_330_500), ("1969-12-31T23:59:59.9-00:00", -100),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000),
      ("2017-01-01T00:59:60.5+01:00", 1_483_228_800_000),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ] as [(String, Int64)])
  func reads(_ text: String, _ milliseconds: Int64) throws {
    #expect(try RFC3339.parse(text) == milliseconds)
  }

  @Test(
    "Other texts are refused",
    arguments: [
      ("", RFC3339Error.malformed), ("2026-01-31", .malformed), ("2026-01-31T08:15Z", .malformed),
      ("2026-01-31T08:15:30", .malformed), ("2026-1-31T08:15:30Z", .malformed),
      ("2026-01-31T08:15:30.Z", .malformed), ("2026-01-31T08:15:30+0100", .malformed),
      ("2026-01-31T08:15:30Zx", .malformed), ("2026-02-29T08:15:30Z", .outOfRange),
      ("2026-01-31T24:00:00Z", .outOfRange), ("2026-01-31T08:60:00Z", .outOfRange),
      ("2026-01-31T08:15:60Z", .outOfRange), ("2026-01-31T08:15:30+24:00", .outOfRange),
      ("2026-01-31T23:59:61Z", .outOfRange), ("٢٠٢٦-01-31T08:15:30Z", .malformed),
    ])
  func refuses(_ text: String, _ expected: RFC3339Error) {
    #expect(throws: expected) { try RFC3339.parse(text) }
  }

  @Test("What is written is read back")
  func roundTrip() throws {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<5_000 {
      let instant = Int64.random(in: -62_167_219_200_000..<253_402_300_800_000, using: &random)
      #expect(try RFC3339.parse(RFC3339.text(instant)) == instant, "seed \(seed)")
    }
  }
}
