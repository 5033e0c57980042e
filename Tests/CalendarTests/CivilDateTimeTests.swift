import Calendar
import Glibc
import TestSupport
import Testing

struct CivilDateTimeTests {
  @Test("Random instants agree with gmtime_r and timegm")
  func agreesWithGlibc() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let reach: Int64 = Bool.random(using: &random) ? 5_000_000_000 : 60_000_000_000_000
      var seconds = Int(Int64.random(in: -reach...reach, using: &random))
      let milliseconds = Int64(seconds) * 1_000 + 7
      var parts = tm()
      gmtime_r(&seconds, &parts)
      let time = CivilDateTime(milliseconds: milliseconds)
      let mine = [
        Int(time.date.year) - 1900, time.date.month - 1, time.date.day, time.hour, time.minute,
        time.second, time.date.weekday,
      ]
      let theirs = [
        parts.tm_year, parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
        parts.tm_wday,
      ].map(Int.init)
      #expect(mine == theirs, "seed \(seed), \(seconds)")
      #expect(time.milliseconds == milliseconds)
      #expect(timegm(&parts) == seconds)
    }
  }

  @Test(
    "Extreme instants survive",
    arguments: [
      Int64.min, Int64.min + 1, Int64.min + 86_400_000, -1, 0, 1, Int64.max - 86_400_000, Int64.max,
    ])
  func extremes(_ milliseconds: Int64) {
    let time = CivilDateTime(milliseconds: milliseconds)
    #expect(time.milliseconds == milliseconds)
    _ = time.date.weekday
    #expect(!RFC3339.text(milliseconds).isEmpty)
  }

  @Test(
    "Days that do not exist are refused",
    arguments: [
      (2026, 2, 29), (2100, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0),
      (2026, 1, 32), (Int64.max, 1, 1),
    ] as [(Int64, Int, Int)])
  func badDays(_ year: Int64, _ month: Int, _ day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }

  @Test("A time too far away for milliseconds is refused")
  func tooFar() throws {
    let date = try #require(CivilDate(year: 299_999_999, month: 1, day: 1))
    #expect(try #require(CivilDateTime(date)).milliseconds == nil)
    let past = try #require(CivilDate(year: -299_999_999, month: 1, day: 1))
    #expect(try #require(CivilDateTime(past)).milliseconds == nil)
    #expect(CivilDateTime(date, hour: 24) == nil)
  }
}
