import Engine
import Jobs
import TestSupport
import Testing

@Suite struct AlertRangeTests {
  @Test(arguments: [
    ("10", [-1, 11], [0, 5, 10]), ("10:", [9, -1], [10, 11]), ("~:10", [11], [-5, 0, 10]),
    ("10:20", [9, 21], [10, 15, 20]), ("@10:20", [10, 15, 20], [9, 21]),
    ("@10", [0, 10], [-1, 11]),
    ("0", [1, -1], [0]), (":5", [6, -1], [0, 5]), ("~:", [], [-9, 0, 9]), ("@~:0", [-9, 0], [1]),
    ("-5:-1", [-6, 0], [-5, -1]), ("2.5", [3], [2]),
  ])
  func `alerts are due outside of a range, or inside of one with an at sign`(
    text: String, alerts: [Int64], quiet: [Int64]
  ) throws {
    let range = try AlertRange(text, .number)
    for value in alerts { #expect(range.alerts(.count(value)), "\(text) \(value)") }
    for value in quiet { #expect(!range.alerts(.count(value)), "\(text) \(value)") }
  }

  @Test(arguments: [
    "", "@", ":", "x", "10:x", "20:10", "1e3", "nan", "inf", "-", "1.", ".5", "1.2.3", "~", "~~:1",
    "-5", "1:2:3", " 1", "1 ", "0x10", "+5", "1,5", "@@1", "9999999999999", "5m", "2x", "5%",
  ])
  func `what is no range is refused`(text: String) {
    #expect(throws: RangeError.self) { try AlertRange(text, .number) }
  }

  @Test func `ends may be durations where times are measured`() throws {
    let range = try AlertRange("5m:1h30m", .time)
    #expect(range.alerts(.count(299)) && !range.alerts(.count(300)))
    #expect(!range.alerts(.count(5400)) && range.alerts(.count(5401)))
    #expect(range.description == "300:5400")
    #expect(try AlertRange("250ms", .time).description == "0.25")
    #expect(throws: RangeError.self) { try AlertRange("5M", .time) }
    #expect(throws: RangeError.self) { try AlertRange("2x", .time) }
  }

  @Test func `ends may be multiples of a baseline`() throws {
    let range = try AlertRange("~:1.5x", .timeOrMultiple)
    #expect(range.isRelative && range.description == "~:1.5x")
    #expect(range.applied(to: .count(10)) == .above(.count(15)))
    #expect(throws: RangeError.mixed) { try AlertRange("1:2x", .timeOrMultiple) }
    #expect(try AlertRange("2", .timeOrMultiple).applied(to: .count(9)).end == .count(2))
  }

  @Test(arguments: [
    ("10", "10"), ("0:10", "10"), ("10:", "10:"), ("0:", "0:"), ("~:10", "~:10"), ("~:", "~:"),
    ("@1.50:2", "@1.5:2"), (":7", "7"), ("-3:-1", "-3:-1"), ("0.000001", "0.000001"),
  ])
  func `a range is written in its shortest form`(text: String, shown: String) throws {
    #expect(try AlertRange(text, .number).description == shown)
  }

  @Test func `what is written is read as the same`() throws {
    var random = SeededGenerator()
    for _ in 0..<2000 {
      let ends = (0..<2).map { _ in
        Measure(millionths: Int64.random(in: -2_000_000...2_000_000, using: &random) * 1000)
      }.sorted()
      let range = AlertRange(
        from: Int.random(in: 0..<4, using: &random) == 0 ? nil : ends[0],
        to: Int.random(in: 0..<4, using: &random) == 0 ? nil : ends[1],
        isInside: Bool.random(using: &random))
      #expect(try AlertRange(range.description, .number) == range, "\(random.note)")
    }
  }

  @Test func `numbers are exact and never overflow`() {
    #expect(Measure("0.1")?.millionths == 100_000)
    #expect(Measure("-12.000001")?.description == "-12.000001")
    #expect(Measure.count(.max).description == "1000000000000")
    #expect(Measure.count(.min).description == "-1000000000000")
    #expect(Measure.seconds(TimeSpan(milliseconds: .max)) == .count(.max))
    #expect(Measure.seconds(TimeSpan(milliseconds: 1)).description == "0.001")
    #expect(Measure.percent(1, of: 3).description == "33.33")
    #expect(Measure.percent(0, of: 0) == .zero && Measure.percent(5, of: 5) == .count(100))
    #expect(Measure.count(.max).times(.count(.max)) == .count(.max))
  }
}
