import Jobs
import TestSupport
import Testing

/// Long random lives: whatever happens, some things always hold.
@Suite struct TransitionWalkTests {
  @Test("Whatever happens to a job, its invariants hold")
  func walks() throws {
    var random = SeededGenerator()
    for _ in 0..<300 {
      var now = Instant(milliseconds: 1_790_000_000_000)
      var new = NewJob()
      new.uniqueKey = "k"
      new.maxAttempts = Int64.random(in: 1...3, using: &random)
      let id = try JobID.next(now: now, after: nil, random: random.next())
      var job = Job(id: id, accepting: new, now: now)
      for _ in 0..<60 {
        now = now + .seconds(Int64.random(in: -20...120, using: &random))
        step(&job, now, &random)
      }
    }
  }

  private func step(_ job: inout Job, _ now: Instant, _ random: inout SeededGenerator) {
    let before = job
    do {
      try job.apply(event(now, &random), at: now)
    } catch {
      #expect(job == before && error == .state(before.state), "\(random.note)")
      return
    }
    expectInvariants(job, random.note)
    #expect(job.attempt >= before.attempt && job.replays >= before.replays, "\(random.note)")
    #expect(job.failures <= job.maxAttempts, "\(random.note)")
    #expect(!(before.state.isTerminal && job.state.isTerminal), "\(random.note)")
    #expect(job.failures >= before.failures || before.state.isTerminal, "\(random.note)")
  }

  private func event(_ now: Instant, _ random: inout SeededGenerator) -> JobEvent {
    let time = now + .seconds(Int64.random(in: -30...60, using: &random))
    let token = LeaseToken(rawValue: Int64(bitPattern: random.next()))
    return switch Int.random(in: 0...15, using: &random) {
    case 0...1: .becomeDue
    case 2...5: .claim(token: token, worker: "w", hold: .until(time))
    case 6: .renew(until: time)
    case 7: .complete
    case 8...9: .fail(error: "e", retryAfter: nil, policy: .default, random: random.next())
    case 10: .reject(error: nil)
    case 11: .release
    case 12: .snooze(until: time)
    case 13: .rescue(.started)
    case 14: Bool.random(using: &random) ? .cancel : .finishCancel
    default: .retry(at: time)
    }
  }
}
