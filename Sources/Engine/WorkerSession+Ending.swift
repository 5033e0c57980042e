import Jobs
import PosixIO
import Storage

/// Verdicts: what follows from how a handler ended.
extension WorkerSession {
  /// A handler is gone: decides what the store shall be told.
  func conclude(_ job: RunningJob) {
    guard job.handler == nil else { return concludeLine(job) }
    let reply = takeReply(job)
    let outcome = job.outcome ?? .signaled(.kill, coreDumped: false)
    if job.stop == nil { short.note(nanoseconds: job.nanoseconds) }
    var settlement = Settlement(
      job.claimed.lease, verdict(job, outcome, reply.said))
    switch outcome {
    case .exited(let status): settlement.exitCode = Int64(status)
    case .signaled(let signal, _): settlement.signal = Int64(signal.rawValue)
    }
    settlement.attempt = job.claimed.job.attempt
    settlement.worker = configuration.name
    settlement.output = job.keptOutput
    if settlement.verdict.isFailure {
      settlement.error = errorText(job, outcome, reply.problem)
    }
    warn(job, outcome)
    settle(job, settlement)
  }

  /// Keeps how a job ended until the store knows.
  func settle(_ job: RunningJob, _ settlement: Settlement) {
    var entry = Unsettled(
      settlement: settlement, job: job.claimed.job, duration: job.ended.since(job.started),
      since: job.ended,
      leaseEnd: presence == nil ? job.leaseEnd : job.ended + configuration.lease)
    entry.place = job.place
    if job.stop == .lost {
      noteLost(job.claimed.job)
      entry.isLost = true
      entry.leaseEnd = job.ended
    }
    unsettled.append(entry)
  }

  private func verdict(
    _ job: RunningJob, _ outcome: ExitOutcome, _ reply: ControlReply
  ) -> Settlement.Verdict {
    switch job.stop {
    case .timeout: return .timeOut
    case .cancel: return .cancel
    case .release(let reason): return .release(reason: reason)
    case .lost: return .release(reason: "lease lost")
    // Killed by those who declared us lost, as it seems; that is no failure of the job.
    case nil where isLost && !outcome.isSuccess: return .release(reason: "declared lost")
    case nil: break
    }
    switch judge(outcome) {
    case .permanent: return .reject
    case .done where reply.snooze == nil: return .complete(result: reply.result)
    case .retry where reply.snooze == nil: return .fail(retryAfter: reply.retryAfter)
    case .done, .retry: return .snooze(until: clock.wall() + (reply.snooze ?? .zero))
    }
  }

  func judge(_ outcome: ExitOutcome) -> ExitPolicy.Class {
    switch outcome {
    case .exited(let status): configuration.exits.judge(status)
    case .signaled: .retry
    }
  }

  private func takeReply(_ job: RunningJob) -> (said: ControlReply, problem: ControlProblem?) {
    do throws(ControlProblem) {
      return (try control.take(for: job.claimed.job) ?? ControlReply(), nil)
    } catch {
      observe(.warning(.controlFile(job.claimed.job, reason: error.reason)))
      return (ControlReply(), error)
    }
  }

  private func errorText(
    _ job: RunningJob, _ outcome: ExitOutcome, _ problem: ControlProblem?
  ) -> String {
    let said = FailureText.end(of: job.errorEnd.bytes)
    let text = said ?? (job.stop == .timeout ? timedOut(job) : FailureText.describe(outcome))
    return problem.map { text + "\ncontrol file ignored: " + $0.reason } ?? text
  }

  func timedOut(_ job: RunningJob) -> String {
    "timed out after " + TimeText.words(job.timeout ?? .zero)
  }

  private func warn(_ job: RunningJob, _ outcome: ExitOutcome) {
    guard job.stop == nil, case .exited(let status) = outcome,
      ExitPolicy.hintsAtMissingCommand(status)
    else { return }
    observe(.warning(.missingCommand(job.claimed.job, status: status)))
  }
}

extension Settlement.Verdict {
  var isFailure: Bool {
    switch self {
    case .fail, .timeOut, .reject: true
    case .complete, .release, .putBack, .snooze, .cancel: false
    }
  }
}
