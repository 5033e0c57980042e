import Jobs
import TestSupport
import Testing

@Suite struct BackoffTests {
  @Test("The default waits 30 s, four times longer each time, up to 6 h, give or take a fifth")
  func standard() {
    var random = SeededGenerator()
    let middles: [Int64] = [30, 120, 480, 1920, 7680, 21600, 21600]
    for (index, seconds) in middles.enumerated() {
      for _ in 0..<200 {
        let wait = Backoff.default.delay(
          afterFailures: Int64(index + 1), random: random.next())
        let range = seconds * 800...seconds * 1200
        #expect(range.contains(wait.milliseconds), "failure \(index + 1), \(random.note)")
      }
    }
  }

  @Test("Jitter reaches both its ends")
  func jitter() {
    let policy = Backoff.exponential(
      base: TimeSpan(milliseconds: 10), factor: 1, cap: .hours(1), jitter: 50)
    let waits = Set((0..<1000).map { policy.delay(afterFailures: 1, random: $0).milliseconds })
    #expect(waits == Set(5...15))
  }

  @Test("A list is taken in turn, and its last wait repeats")
  func list() {
    let policy = Backoff.list([.seconds(1), .seconds(10), .minutes(1)])
    let waits = [-5, 0, 1, 2, 3, 4, .max].map {
      policy.delay(afterFailures: $0, random: 7).milliseconds
    }
    #expect(waits == [1000, 1000, 1000, 10_000, 60_000, 60_000, 60_000])
    #expect(Backoff.list([]).delay(afterFailures: 3, random: 7) == .zero)
    #expect(Backoff.fixed(.seconds(2)).delay(afterFailures: 9, random: 7) == .seconds(2))
  }

  @Test("The largest numbers saturate", arguments: [1, 2, 64, 65, 1000, .max] as [Int64])
  func saturation(_ failures: Int64) {
    let largest = TimeSpan(milliseconds: .max)
    for random in [0, 1, .max / 2, .max] as [UInt64] {
      for base in [TimeSpan(milliseconds: 1), largest] {
        for (factor, jitter) in [(100, 0), (100, 100), (.max, 100)] as [(Int64, Int64)] {
          let policy = Backoff.exponential(base: base, factor: factor, cap: largest, jitter: jitter)
          #expect(policy.delay(afterFailures: failures, random: random) >= .zero)
        }
      }
    }
    let policy = Backoff.exponential(
      base: .seconds(1), factor: 2, cap: Backoff.longest, jitter: 0)
    #expect(policy.delay(afterFailures: failures, random: 0) <= Backoff.longest)
  }
}
