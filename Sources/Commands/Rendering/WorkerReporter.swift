import Engine
import Jobs
import PosixIO
import Storage
import Text

/// Tells on standard error what a worker does: a line for each finished job, and what needs eyes.
struct WorkerReporter {
  private let context: CommandContext
  private let isQuiet: Bool
  private let isColoured: Bool
  private let times: TimeDisplay

  init(_ options: OutputOptions, _ context: CommandContext) {
    self.context = context
    isQuiet = options.quiet
    isColoured = options.usesColor(
      isTerminal: context.streams.errorIsTerminal, context.environment)
    times = TimeDisplay(options, context, relative: false)
  }

  /// Hears one event.
  func hear(_ event: WorkerEvent) {
    switch event {
    case .started: break
    case .finished(let end): if !isQuiet { context.say(line(about: end)) }
    case .leaseLost(let job):
      context.tell("job \(job.id): its lease was lost; what this run did is not recorded")
    case .abandoned(let job):
      context.tell("job \(job.id): the store could not be told how it ended; it will run again")
    case .warning(let warning): tell(warning)
    case .storeFailed(let error): tell(error)
    case .storeRecovered: context.tell("the store works again")
    case .draining(let signal, let running):
      inform("\(signal): no new jobs, \(running) still running")
    case .stoppingAtOnce: inform("second signal: stopping at once")
    case .quiet: inform("no new jobs from now on")
    case .concurrency(let limit): inform("up to \(limit) at once from now on")
    case .reloaded(nil): inform("SIGHUP: the handler was looked for anew; nothing else to reload")
    case .reloaded(let error?):
      let reason = TerminalText.escape(error.description, .line)
      context.tell("SIGHUP: the handler cannot be found, going on with the one at hand: \(reason)")
    case .rescued(let lost): tell(lost)
    case .status(let status): tell(status)
    }
  }

  /// Says at the end what was done.
  func sumUp(_ counts: WorkerCounts) {
    let parts = [
      (counts.completed, "completed"), (counts.failed, "failed"), (counts.dead, "dead"),
      (counts.snoozed, "snoozed"), (counts.cancelled, "cancelled"),
      (counts.released, "given back"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    inform("stopped: " + (parts.isEmpty ? "no job was run" : parts.joined(separator: ", ")))
  }

  private func inform(_ sentence: String) {
    if !isQuiet { context.tell(sentence) }
  }

  private func tell(_ error: StorageError) {
    guard case .failed(_, let sentence) = CommandFailure(error) else { return }
    context.tell(sentence)
  }
}

// MARK: - Finished jobs

extension WorkerReporter {
  /// `TIME ID TYPE OUTCOME DURATION`, and for a failure the last line of its error.
  private func line(about end: JobEnd) -> String {
    let outcome = Self.outcome(of: end)
    var line = ByteBuffer(capacity: 128)
    line.append(times.text(context.now()))
    line.append(" \(end.job.id) \(end.job.type) ")
    (isColoured ? outcome.style : .plain).append(outcome.word, to: &line)
    line.append(" \(end.duration.brief)")
    if let error = end.error.flatMap(Self.lastLine) { line.append(" \(error)") }
    line.append("\n")
    return line.text
  }

  private static func outcome(of end: JobEnd) -> (word: String, style: TextStyle) {
    switch end.verdict {
    case .complete: ("completed", .green)
    case .fail, .timeOut, .reject:
      end.state == .dead ? ("dead", .red) : (isTimeOut(end) ? "timed_out" : "failed", .yellow)
    case .release, .putBack: ("released", .dim)
    case .snooze: ("snoozed", .dim)
    case .cancel: ("cancelled", .dim)
    }
  }

  private static func isTimeOut(_ end: JobEnd) -> Bool { end.verdict == .timeOut }

  /// Where programs say why they stopped.
  private static func lastLine(_ error: String) -> String? {
    let lines = error.utf8.split(separator: UInt8(ascii: "\n"))
    guard let last = lines.last(where: { $0.contains { $0 > 0x20 } }) else { return nil }
    return TerminalText.escape(String(Substring(last)), .line)
  }
}

// MARK: - Warnings and standing

extension WorkerReporter {
  private func tell(_ warning: WorkerWarning) {
    switch warning {
    case .controlFile(let job, let reason):
      inform("job \(job.id): its control file is ignored: \(reason)")
    case .missingCommand(let job, let status):
      inform("job \(job.id): status \(status) mostly means a command that was not found")
    case .spawnFailed(let job, let error):
      let reason = TerminalText.escape(error.description, .line)
      context.tell("job \(job.id): its handler could not be started: \(reason); given back")
    case .endedAtOnce(let how):
      context.tell(
        "a handler ended before it had read of its job, which is given back: "
          + TerminalText.escape(how, .line))
    case .brokeRules(let rule):
      context.tell("a handler without a job was killed, its output is no answer: \(rule)")
    case .declaredLost:
      context.tell(
        "this worker had shown no life for too long and was declared lost: its handlers are "
          + "killed, its jobs are others'; it begins anew")
    case .noPresence(let error):
      let reason = TerminalText.escape(error.description, .line)
      context.tell("cannot show life to other workers, going by leases instead: \(reason)")
    case .noRescue(let error):
      let reason = TerminalText.escape(error.description, .line)
      context.tell("cannot look for workers that are gone: \(reason)")
    case .scheduleFailed(let name, let trouble): context.tell(trouble.sentence(about: name))
    case .controlDirectoryLeft(let error):
      inform("a directory was left behind: \(TerminalText.escape(error.description, .line))")
    }
  }

  private func tell(_ lost: Rescuer.Rescued) {
    let name = TerminalText.escape(lost.worker, .line)
    let jobs = lost.jobs == 1 ? "its job is" : "its \(lost.jobs) jobs are"
    inform(
      "worker \(name) \(lost.isDead ? "died" : "has shown no life for too long")"
        + (lost.jobs == 0 ? "; it had no jobs" : "; \(jobs) free again"))
  }

  private func tell(_ status: WorkerStatus) {
    let counts = status.counts
    context.tell(
      "\(status.running.count) of \(status.concurrency) running, \(counts.completed) completed, \(counts.failed) failed, "
        + "\(counts.dead) dead" + (status.claims ? "" : "; no new jobs"))
    for running in status.running {
      let job = running.job
      context.tell(
        "job \(job.id) \(job.type), attempt \(job.attempt): process \(running.process), "
          + "\(running.elapsed.brief)")
    }
  }
}
