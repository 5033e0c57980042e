import Calendar
import Glibc
import TestSupport
import Testing

@Suite(.serialized)
struct TimeZoneRulesTests {
  @Test("Random instants agree with localtime_r", arguments: ZoneFiles.names)
  func agreesWithGlibc(_ name: String) throws {
    let zone = try ZoneFiles.zone(name)
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    ZoneFiles.withLibraryZone(name) {
      for _ in 0..<4_000 {
        let reach: Int64 = Bool.random(using: &random) ? 2_500_000_000 : 9_000_000_000
        var seconds = Int(Int64.random(in: -reach...reach, using: &random))
        var parts = tm()
        localtime_r(&seconds, &parts)
        let mine = zone.offset(at: Int64(seconds) * 1_000)
        let abbreviation = parts.tm_zone.map { String(cString: $0) }
        #expect(mine.seconds == parts.tm_gmtoff, "seed \(seed), \(name) at \(seconds)")
        #expect(mine.isDaylight == (parts.tm_isdst > 0), "seed \(seed), \(name) at \(seconds)")
        #expect(mine.abbreviation == abbreviation, "seed \(seed), \(name) at \(seconds)")
      }
    }
  }

  @Test(
    "A local time leads back to its instant, or to the earlier of two", arguments: ZoneFiles.names)
  func roundTrip(_ name: String) throws {
    let zone = try ZoneFiles.zone(name)
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1_500 {
      let instant = Int64.random(in: -4_000_000_000_000...9_000_000_000_000, using: &random)
      let shown = zone.civil(at: instant)
      let found = try zone.milliseconds(of: shown)
      #expect(found <= instant, "seed \(seed), \(name) at \(instant)")
      #expect(zone.civil(at: found) == shown, "seed \(seed), \(name) at \(instant)")
    }
  }

  @Test(
    "A year that a rule ends after the next one has begun",
    arguments: [-2_208_988_800_000, 4_102_444_800_000, 1_774_746_000_000] as [Int64])
  func endBehindBeginning(_ instant: Int64) throws {
    let rule = "<-03>3<-02>,6,365/167"
    let zone = try TimeZoneResolver(environment: { _ in rule }, readFile: { _ in nil }).local()
    #expect(try zone.milliseconds(of: zone.civil(at: instant)) == instant)
  }

  private func local(_ text: String, _ zone: String) throws -> String {
    let rules = try ZoneFiles.zone(zone)
    return RFC3339.text(try InstantText.parse(text, now: 0) { rules })
  }

  @Test(
    "The earlier time counts where clocks show it twice",
    arguments: [
      ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
      ("2026-11-01 01:30", "America/New_York", "2026-11-01T05:30:00.000Z"),
      ("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00.000Z"),
      ("2090-10-29 02:30", "Europe/Berlin", "2090-10-29T00:30:00.000Z"),
    ])
  func overlap(_ text: String, _ zone: String, _ instant: String) throws {
    #expect(try local(text, zone) == instant)
  }

  @Test(
    "A time that clocks skip is refused",
    arguments: [
      ("2026-03-29 02:30", "Europe/Berlin"), ("2026-03-08 02:00", "America/New_York"),
      ("2026-10-04 02:15", "Australia/Lord_Howe"), ("2011-12-30 12:00", "Pacific/Apia"),
      ("2090-03-26 02:59:59", "Europe/Berlin"),
    ])
  func gap(_ text: String, _ zone: String) throws {
    #expect(throws: InstantError.inGap(text, zone: zone)) { try local(text, zone) }
  }

  @Test("A day whose midnight is skipped begins after the gap")
  func skippedMidnight() throws {
    #expect(try local("2018-11-04", "America/Sao_Paulo") == "2018-11-04T03:00:00.000Z")
  }

  @Test("Extreme instants do not trap", arguments: ZoneFiles.names)
  func extremes(_ name: String) throws {
    let zone = try ZoneFiles.zone(name)
    for instant in [Int64.min, Int64.min + 1, Int64.max, -62_167_219_200_000] {
      _ = zone.offset(at: instant)
      _ = RFC3339.text(instant, in: zone)
      _ = try? zone.milliseconds(of: CivilDateTime(milliseconds: instant))
      _ = try? zone.startOfDay(CivilDateTime(milliseconds: instant).date)
    }
  }

  @Test("Damaged zone files never trap")
  func fuzz() throws {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    let file = try #require(ZoneFiles.read("/usr/share/zoneinfo/America/New_York"))
    for _ in 0..<2_000 {
      var bytes = file
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      if Bool.random(using: &random) {
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      }
      guard let zone = try? TimeZoneRules(name: "x", tzif: bytes) else { continue }
      for instant in [Int64.min, 0, 1_800_000_000_000, 9_000_000_000_000, Int64.max] {
        _ = zone.offset(at: instant)
        _ = try? zone.milliseconds(of: CivilDateTime(milliseconds: instant))
      }
    }
    for _ in 0..<5_000 {
      let rule = random.bytes(upTo: 24, from: Array("ABC<+1>-3,M5.J0/2:".utf8))
      let text = String(decoding: rule, as: UTF8.self)
      let resolver = TimeZoneResolver(environment: { _ in text }, readFile: { _ in nil })
      _ = (try? resolver.local())?.offset(at: 1_800_000_000_000)
    }
  }

  @Test(
    "Names that could leave the folder are refused",
    arguments: [
      "../etc/passwd", "/etc/passwd", "Europe/../x", "", "a//b", "Europe/", ".", "a b", "x\0", "-x",
    ])
  func badNames(_ name: String) {
    let resolver = TimeZoneResolver(environment: { _ in nil }, readFile: { _ in [] })
    #expect(throws: TimeZoneError.invalidName(name)) { try resolver.zone(named: name) }
  }

  @Test("The host's zone comes from TZ, then from localtime, then is UTC")
  func hostZone() throws {
    func offset(_ value: String?, _ read: @escaping (String) -> [UInt8]?) throws -> Int {
      let resolver = TimeZoneResolver(
        environment: { $0 == "TZ" ? value : nil }, readFile: read)
      return try resolver.local().offset(at: 1_769_847_330_123).seconds
    }
    #expect(try offset(nil, { _ in nil }) == 0)
    #expect(try offset("", ZoneFiles.read) == 0)
    #expect(try offset("Asia/Kolkata", ZoneFiles.read) == 19_800)
    #expect(try offset(":Asia/Kolkata", ZoneFiles.read) == 19_800)
    #expect(try offset("/usr/share/zoneinfo/Asia/Kolkata", ZoneFiles.read) == 19_800)
    #expect(try offset("CET-1CEST,M3.5.0,M10.5.0/3", ZoneFiles.read) == 3_600)
    let redirect = { (path: String) -> [UInt8]? in
      path == "/etc/localtime" ? ZoneFiles.read("/usr/share/zoneinfo/Asia/Kolkata") : nil
    }
    #expect(try offset(nil, redirect) == 19_800)
    #expect(throws: TimeZoneError.unknown("Europe/Nowhere")) {
      try offset("Europe/Nowhere", ZoneFiles.read)
    }
    #expect(throws: TimeZoneError.malformed("localtime")) { try offset(nil, { _ in [1, 2, 3] }) }
  }
}
