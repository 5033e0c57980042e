import Calendar
import TestSupport
import Testing

struct DurationTextTests {
  @Test(
    "Durations are read",
    arguments: [
      ("1h30m", 5_400_000), ("1.5h", 5_400_000), ("1h 30min", 5_400_000), ("90", 90_000),
      ("0", 0), ("0.25", 250), ("250ms", 250), ("2sec", 2_000), ("1hr", 3_600_000),
      ("1d", 86_400_000), ("1w", 604_800_000), (" 5 m ", 300_000), ("PT1H30M", 5_400_000),
      ("P1DT2H", 93_600_000), ("P2W", 1_209_600_000), ("PT0.5S", 500), ("1.0005s", 1_000),
      ("9223372036854775.807s", .max),
    ] as [(String, Int64)])
  func reads(_ text: String, _ milliseconds: Int64) throws {
    #expect(try DurationText.parse(text) == milliseconds)
  }

  @Test(
    "Other texts are refused with the reason",
    arguments: [
      ("", DurationError.empty), (" ", .empty), ("5M", .calendarUnit("M")),
      ("1y", .calendarUnit("y")),
      ("P1Y", .calendarUnit("Y")), ("P1M", .calendarUnit("M")), ("5x", .unknownUnit("x")),
      ("-5s", .negative), ("h", .malformed("h")), ("1h30", .malformed("1h30")),
      ("1.h", .malformed("1.h")), (".5h", .malformed(".5h")), ("5 6", .malformed("5 6")),
      ("P", .malformed("P")), ("PT", .malformed("PT")), ("P1H", .malformed("P1H")),
      ("PT1M1H", .malformed("PT1M1H")), ("P1DT", .malformed("P1DT")),
      ("9223372036854775.808s", .tooLong), ("99999999999999999999w", .tooLong),
      ("15250284452w1w", .tooLong), ("1e3s", .unknownUnit("e")),
    ])
  func refuses(_ text: String, _ expected: DurationError) {
    #expect(throws: expected) { try DurationText.parse(text) }
  }

  @Test("Negative durations are read where they mean something")
  func negative() throws {
    #expect(try DurationText.parse("-1h30m", allowsNegative: true) == -5_400_000)
  }

  @Test(
    "Durations are written",
    arguments: [
      (0, "0s"), (5_400_000, "1h30m"), (250, "250ms"), (90_061_001, "1d1h1m1s1ms"),
      (-60_000, "-1m"),
      (604_800_000, "7d"),
    ] as [(Int64, String)])
  func writes(_ milliseconds: Int64, _ text: String) {
    #expect(DurationText.text(milliseconds) == text)
  }

  @Test("What is written is read back")
  func roundTrip() throws {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for shift in 0..<2_000 {
      let value = Int64.random(in: 0 ... .max, using: &random) >> Int64(shift % 62)
      #expect(try DurationText.parse(DurationText.text(value)) == value, "seed \(seed)")
    }
    #expect(!DurationText.text(.min).isEmpty)
  }

  @Test(
    "Sizes are read as coreutils does",
    arguments: [
      ("0", 0), ("512", 512), ("1K", 1_024), ("1KiB", 1_024), ("1KB", 1_000), ("1kB", 1_000),
      ("1.5M", 1_572_864), ("2g", 2_147_483_648), ("10 MB", 10_000_000), ("1T", 1_099_511_627_776),
      ("5B", 5),
    ] as [(String, Int64)])
  func readsSizes(_ text: String, _ bytes: Int64) throws {
    #expect(try ByteSize.parse(text) == bytes)
  }

  @Test(
    "Other sizes are refused",
    arguments: [
      ("", ByteSizeError.malformed("")), ("K", .malformed("K")), ("1X", .unknownUnit("X")),
      ("1\u{212a}", .unknownUnit("\u{212a}")),
      ("-1", .negative), ("9999999999G", .tooLarge), ("99999999999999999999", .tooLarge),
      ("1 K B", .unknownUnit("K B")),
    ])
  func refusesSizes(_ text: String, _ expected: ByteSizeError) {
    #expect(throws: expected) { try ByteSize.parse(text) }
  }

  @Test(
    "Sizes are written",
    arguments: [
      (0, "0 B"), (1_023, "1023 B"), (1_024, "1 KiB"), (1_536, "1.5 KiB"), (1_572_864, "1.5 MiB"),
      (1_048_575, "1 MiB"), (1_048_576, "1 MiB"), (Int64.max, "8 EiB"), (Int64.min, "-8 EiB"),
    ] as [(Int64, String)])
  func writesSizes(_ bytes: Int64, _ text: String) {
    #expect(ByteSize.text(bytes) == text)
  }
}
