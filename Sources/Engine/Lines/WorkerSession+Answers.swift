import Jobs
import PosixIO
import Storage

/// Verdicts: what follows from what handlers say in lines, or from how they ended.
extension WorkerSession {
  /// A job of a handler that has many is over: decides what the store shall be told.
  func concludeLine(_ job: RunningJob) {
    let said = job.said ?? .ended
    var settlement = Settlement(job.claimed.lease, verdict(job, said))
    settlement.attempt = job.claimed.job.attempt
    settlement.worker = configuration.name
    if settlement.verdict != .putBack { settlement.output = job.keptOutput }
    if case .answer = said {} else { noteEnd(job, &settlement) }
    if settlement.verdict.isFailure { settlement.error = errorText(job, said) }
    short.note(nanoseconds: job.nanoseconds)
    settle(job, settlement)
  }

  private func noteEnd(_ job: RunningJob, _ settlement: inout Settlement) {
    guard settlement.verdict != .putBack else { return }
    switch job.outcome {
    case .exited(let status): settlement.exitCode = Int64(status)
    case .signaled(let signal, _): settlement.signal = Int64(signal.rawValue)
    case nil: break
    }
  }

  private func verdict(_ job: RunningJob, _ said: LineHandler.Said) -> Settlement.Verdict {
    switch job.stop {
    case .timeout: return .timeOut
    case .cancel: return .cancel
    case .release(let reason): return .release(reason: reason)
    case .lost: return .release(reason: "lease lost")
    case nil: break
    }
    switch said {
    case .answer(let answer): return verdict(answer)
    case _ where isLost: return .release(reason: "declared lost")
    case .stopped: return .release(reason: "handler stopped for another job")
    case .unread: return .putBack
    case .broken: return .fail(retryAfter: nil)
    case .ended: return judge(job.outcome) == .permanent ? .reject : .fail(retryAfter: nil)
    }
  }

  private func verdict(_ answer: Answer) -> Settlement.Verdict {
    switch answer.outcome {
    case .done(let result): .complete(result: result)
    case .retry(let after): .fail(retryAfter: after)
    case .dead: .reject
    case .snooze(let span): .snooze(until: clock.wall() + span)
    }
  }

  private func judge(_ outcome: ExitOutcome?) -> ExitPolicy.Class {
    outcome.map { judge($0) } ?? .retry
  }

  private func errorText(_ job: RunningJob, _ said: LineHandler.Said) -> String {
    let words = FailureText.end(of: job.errorEnd.bytes)
    if job.stop == .timeout { return words ?? timedOut(job) }
    switch said {
    case .answer(let answer): return answer.error ?? words ?? "the handler gave no reason"
    case .broken(let rule):
      let problem = "handler killed, its output is no answer: " + rule
      return words.map { $0 + "\n" + problem } ?? problem
    case .ended, .unread, .stopped:
      guard job.outcome?.isSuccess != true else { return words ?? "no outcome" }
      return words ?? job.outcome.map(FailureText.describe) ?? "no outcome"
    }
  }
}
