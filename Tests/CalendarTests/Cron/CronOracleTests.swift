import Calendar
import TestSupport
import Testing

struct CronOracleTests {
  static let zones = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
    "Asia/Kolkata", "Europe/Dublin", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia",
    "Antarctica/Troll", "Antarctica/Casey",
  ]

  @Test("Random schedules come when cronie's own loop would let them", arguments: zones)
  func agrees(_ name: String) throws {
    let zone = try ZoneFiles.zone(name)
    var random = SeededGenerator()
    let note = "\(name), \(random.note)"
    let oracles = oracles(name, using: &random)
    for _ in 0..<400 {
      let sample = CronSample(using: &random)
      guard let cron = try parsed(sample) else { continue }
      let oracle = try #require(oracles.randomElement(using: &random))
      let ticks = oracle.ticks(of: sample)
      var found: [Int64] = []
      var instant = oracle.start - 1
      while let next = cron.next(after: instant, in: zone), next <= oracle.end {
        found.append(next)
        instant = next
      }
      guard found == ticks else {
        let odd = Set(found).symmetricDifference(ticks).sorted().prefix(5).map { RFC3339.text($0) }
        Issue.record("'\(sample.text)' differs at \(odd); \(note)")
        continue
      }
      check(cron, zone, oracle, ticks, "'\(sample.text)', \(note)", using: &random)
    }
  }

  /// Some schedules never come; then it must be for the reason that their month has no such day.
  private func parsed(_ sample: CronSample) throws -> CronExpression? {
    do throws(CronError) {
      return try CronExpression(sample.text)
    } catch {
      let longest = sample.fields[3].numbers.map {
        $0 == 2 ? 29 : [4, 6, 9, 11].contains($0) ? 30 : 31
      }
      let first = try #require(sample.fields[2].numbers.min())
      #expect(
        error == .neverFires(sample.text) && longest.allSatisfy { $0 < first }, "\(sample.text)")
      return nil
    }
  }

  /// From any moment the next tick is the first behind it, and the latest the last before it.
  private func check(
    _ cron: CronExpression, _ zone: TimeZoneRules, _ oracle: CronOracle, _ ticks: [Int64],
    _ note: String, using random: inout SeededGenerator
  ) {
    for _ in 0..<4 {
      let instant = Int64.random(in: oracle.start..<oracle.end, using: &random)
      if let next = ticks.first(where: { $0 > instant }) {
        #expect(cron.next(after: instant, in: zone) == next, "\(instant), \(note)")
      }
      let before = ticks.last { $0 <= instant }
      #expect(
        cron.latest(upTo: instant, after: oracle.start - 1, in: zone) == before,
        "\(instant), \(note)")
    }
  }

  /// The days around changes of the zone's clocks, and some others.
  private func oracles(_ name: String, using random: inout SeededGenerator) -> [CronOracle] {
    var oracles: [CronOracle] = []
    ZoneFiles.withLibraryZone(name) {
      let changes = CronOracle.changes(from: 1_262_304_000, to: 2_050_000_000)
      let chosen = changes.shuffled(using: &random).prefix(6)
      let others = (0..<2).map { _ in Int.random(in: 0...4_000_000_000, using: &random) }
      oracles = (chosen + others).map { CronOracle(around: $0, hours: 30) }
    }
    return oracles
  }
}
