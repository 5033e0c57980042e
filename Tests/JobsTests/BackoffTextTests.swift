import Jobs
import TestSupport
import Testing

@Suite struct BackoffTextTests {
  @Test(
    "Policies are read as people write them",
    arguments: [
      ("fixed:10s", .fixed(.seconds(10))),
      ("fixed:0s", .fixed(.zero)),
      ("1s,10s,1m,10m", .list([.seconds(1), .seconds(10), .minutes(1), .minutes(10)])),
      ("90", .list([.seconds(90)])),
      ("1h30m, 250ms", .list([.minutes(90), TimeSpan(milliseconds: 250)])),
      ("exponential", .default),
      ("exponential:base=30s,factor=4,cap=6h,jitter=20%", .default),
      ("exponential:jitter=20", .default),
      (
        "exponential:factor=2,base=1s",
        .exponential(base: .seconds(1), factor: 2, cap: .hours(6), jitter: 20)
      ),
      (
        "exponential:jitter=0%,cap=366d",
        .exponential(base: .seconds(30), factor: 4, cap: Backoff.longest, jitter: 0)
      ),
    ] as [(String, Backoff)])
  func read(_ text: String, _ policy: Backoff) throws {
    #expect(try Backoff(text) == policy)
  }

  @Test(
    "What is no policy is refused",
    arguments: [
      "", ",", "1s,", ",1s", "soon", "fixed", "fixed:", "fixed:1s,2s", "fixed:-1s", "-1s",
      "fixed:367d",
      "1s,367d", "linear:1s", "exponential:", "exponential:base", "exponential:base=",
      "exponential:base=1s,", "exponential:base=1s,base=2s", "exponential:speed=2",
      "exponential:factor=0", "exponential:factor=101", "exponential:factor=+2",
      "exponential:factor=1.5", "exponential:factor=99999999999999999999",
      "exponential:jitter=101%",
      "exponential:jitter=-1", "exponential:jitter=%", "exponential:cap=1M", "Fixed:1s",
      "fixed:99999999999999999999d", "a:b\u{1B}[31m",
    ])
  func refused(_ text: String) {
    let error = #expect(throws: InvalidValue.self) { try Backoff(text) }
    #expect(error?.field == .backoff)
    #expect(error?.reason.utf8.allSatisfy { $0 >= 32 && $0 < 127 } == true)
  }

  @Test("A list holds a hundred waits, not one more")
  func longestList() throws {
    let waits = Array(repeating: "1s", count: 100)
    #expect(try Backoff(waits.joined(separator: ",")) == .list(waits.map { _ in .seconds(1) }))
    #expect(throws: InvalidValue.self) { try Backoff((waits + ["1s"]).joined(separator: ",")) }
  }

  @Test("The canonical text is the one of the manual")
  func canonical() {
    #expect(Backoff.default.description == "exponential:base=30s,factor=4,cap=6h,jitter=20%")
    #expect(Backoff.fixed(.minutes(90)).description == "fixed:1h30m")
    #expect(Backoff.list([.zero, .seconds(61)]).description == "0s,1m1s")
  }

  @Test("What is printed is read back the same")
  func roundTrip() throws {
    var random = SeededGenerator()
    for _ in 0..<2000 {
      let policy = Self.policy(&random)
      #expect(try Backoff(policy.description) == policy, "\(random.note)")
    }
  }

  private static func policy(_ random: inout SeededGenerator) -> Backoff {
    switch Int.random(in: 0...2, using: &random) {
    case 0: .fixed(span(&random))
    case 1: .list((0..<Int.random(in: 1...100, using: &random)).map { _ in span(&random) })
    default:
      .exponential(
        base: span(&random), factor: Int64.random(in: Backoff.factors, using: &random),
        cap: span(&random), jitter: Int64.random(in: Backoff.jitters, using: &random))
    }
  }

  private static func span(_ random: inout SeededGenerator) -> TimeSpan {
    let tops: [Int64] = [1, 2000, 100_000, Backoff.longest.milliseconds]
    let top = tops.randomElement(using: &random) ?? 1
    return TimeSpan(milliseconds: Int64.random(in: 0...top, using: &random))
  }
}
