import Jobs
import PosixIO
import Text

/// A whole job as a page for people; everything from the job is escaped.
struct JobDetailPage {
  let times: TimeDisplay
  /// How long ago and ahead, beside each time; on a terminal only.
  let relative: TimeDisplay?
  let now: Instant
  let isColoured: Bool
  /// Whether the worker that has the job lives; `nil` where that can't be known here.
  var isWorkerAlive: Bool?
  /// The state of each job that it was enqueued to wait for, in words.
  var parents: [JobID: String] = [:]
  /// Who has the job's unique key, if it is another.
  var keyHolder: JobID?

  func bytes(_ detail: JobDetail) -> [UInt8] {
    var page = FactPage(isColoured: isColoured, capacity: 2048 + detail.payload.count)
    identity(detail, &page)
    moments(detail.job, &page)
    tries(detail.job, &page)
    worker(detail.job, &page)
    page.title("Payload (\(detail.payload.count) bytes)")
    if !detail.payload.isEmpty { page.json(detail.payload) }
    if let result = detail.result {
      page.title("Result (\(result.count) bytes)")
      page.text(result)
    }
    for attempt in detail.attempts { section(attempt, &page) }
    history(detail, &page)
    return page.bytes
  }

  private func identity(_ detail: JobDetail, _ page: inout FactPage) {
    let job = detail.job
    page.fact("Job", job.id.description)
    page.fact("Queue", job.queue.description)
    page.fact("Type", job.type.description)
    page.fact("State", stateText(detail), job.effectiveState(at: now).style)
    page.fact("Priority", String(job.priority.level))
    for tag in detail.tags { page.fact("Tag", "\(tag.name)=\(tag.value)") }
    page.fact("Unique key", keyText(job))
    page.fact("Idempotency key", job.idempotencyKey)
    page.fact("Concurrency key", job.concurrencyKey)
    page.fact("Schedule", job.schedule?.description)
    page.fact("Batch", job.batch?.description)
    for id in detail.after { page.fact("After", parentText(id, detail)) }
    page.fact("If one fails", job.onParentFailure.map(Self.ruleText))
    page.fact("Error", job.error, .red)
    if let group = job.errorGroup {
      page.fact("Error group", "\(group), listed by '\(job.commandForGroup) \(group)'")
    }
  }

  private func parentText(_ id: JobID, _ detail: JobDetail) -> String {
    let waits = detail.waitsFor.contains(id) ? ", waits for it" : ""
    return "\(id) (\(parents[id] ?? "removed")\(waits))"
  }

  private static func ruleText(_ rule: ParentFailure) -> String {
    switch rule {
    case .hold: "it waits until that one is replayed"
    case .cancel: "it is cancelled"
    case .run: "it runs all the same"
    }
  }

  /// The key, its scope where that is not the usual one, and who has it where the job should.
  private func keyText(_ job: Job) -> String? {
    guard var text = job.uniqueKey else { return nil }
    if job.uniqueScope != .active { text += " (\(job.uniqueScope.rawValue))" }
    guard !job.holdsUniqueKey, job.mayHoldUniqueKey else { return text }
    return text + (keyHolder.map { " (held by \($0))" } ?? " (not held)")
  }

  private func moments(_ job: Job, _ page: inout FactPage) {
    let isWaiting = job.state.waitsForTime && job.effectiveState(at: now) != .ready
    page.title("Times")
    page.fact("  Enqueued", text(job.enqueuedAt))
    page.fact(isWaiting ? "  Next run" : "  Due", text(job.runAt))
    page.fact("  Started", text(job.startedAt))
    page.fact("  Finished", text(job.finishedAt))
  }

  private func tries(_ job: Job, _ page: inout FactPage) {
    page.title("Attempts")
    page.fact("  Begun", String(job.attempt))
    page.fact("  Failures", "\(job.failures) of \(job.maxAttempts)")
    if job.crashes > 0 { page.fact("  Crashes", String(job.crashes)) }
    if job.replays > 0 { page.fact("  Replays", String(job.replays)) }
    page.fact("  Backoff", (job.backoff ?? .default).description)
    page.fact("  Timeout", job.timeout?.brief)
  }

  private func worker(_ job: Job, _ page: inout FactPage) {
    guard let worker = job.worker else { return }
    page.title("Worker")
    page.fact("  Name", worker)
    guard job.state == .active else { return }
    page.fact("  Lease", leaseText(job))
    page.fact(
      "  Alive", isWorkerAlive.map { $0 ? "yes" : "no" }, isWorkerAlive == false ? .red : .plain)
  }

  private func section(_ attempt: Attempt, _ page: inout FactPage) {
    page.title("Attempt \(attempt.attempt): \(attempt.outcome.rawValue)")
    page.fact("  Started", text(attempt.startedAt))
    page.fact("  Finished", text(attempt.finishedAt))
    let took = attempt.finishedAt.since(attempt.startedAt)
    page.fact("  Took", took.milliseconds == 0 ? "0ms" : took.brief)
    page.fact("  Worker", attempt.worker)
    page.fact("  Exit status", attempt.exitCode.map { String($0) })
    page.fact("  Signal", attempt.signal.map(Self.signalText))
    page.fact("  Error", attempt.error, .red)
    if let output = attempt.output, !output.isEmpty {
      page.fact("  Output", "\(output.count) bytes")
      page.text(output)
    }
  }

  private static func signalText(_ number: Int64) -> String {
    guard let number = Int32(exactly: number) else { return String(number) }
    return "\(number) (\(Signal(rawValue: number)))"
  }
}

// MARK: - What operators did

extension JobDetailPage {
  private func history(_ detail: JobDetail, _ page: inout FactPage) {
    guard !detail.actions.isEmpty else { return }
    page.title("History")
    for action in detail.actions {
      page.line("\(text(action.at)) \(action.event.rawValue) by \(action.actor)")
      page.note("Reason", action.reason)
      page.note("From queue", action.fromQueue?.description)
      page.note("Filter", action.filter)
      if let planned = action.planned, planned > 1 { page.note("Jobs", "one of \(planned)") }
      if let old = action.payload {
        page.note(
          "Old payload", "\(old.count) bytes, printed by 'qctl show \(detail.job.id) --json'")
      }
    }
  }
}

// MARK: - Texts

extension JobDetailPage {
  private func text(_ instant: Instant) -> String {
    let exact = times.text(instant)
    return relative.map { "\(exact) (\($0.text(instant)))" } ?? exact
  }

  private func text(_ instant: Instant?) -> String? { instant.map { text($0) } }

  /// `dead for 2h3m`, and what stands against it.
  private func stateText(_ detail: JobDetail) -> String {
    let job = detail.job
    let state = job.effectiveState(at: now)
    let age = TimeSpan(milliseconds: max(0, now.since(since(state, detail)).milliseconds))
    var text = "\(state.rawValue) for \(age.milliseconds < 1000 ? "0s" : age.inWholeSeconds)"
    if state == .active, isWorkerAlive == false { text += ", stalled: its worker is gone" }
    if job.cancelRequested { text += ", asked to stop" }
    return text
  }

  /// When the job came into the state.
  private func since(_ state: JobState, _ detail: JobDetail) -> Instant {
    let job = detail.job
    switch state {
    case .active: return job.startedAt ?? job.enqueuedAt
    case .completed, .dead, .cancelled: return job.finishedAt ?? job.enqueuedAt
    case .ready, .scheduled, .retrying, .blocked: break
    }
    let last = max(job.enqueuedAt, detail.attempts.last?.finishedAt ?? job.enqueuedAt)
    return state == .ready ? max(last, job.runAt) : last
  }

  private func leaseText(_ job: Job) -> String? {
    if job.presence != nil { return "as long as the worker lives" }
    guard let end = job.leaseUntil else { return nil }
    return end > now
      ? "until \(text(end))" : "ran out at \(text(end)); the next worker frees the job"
  }
}

extension Job {
  /// The group of its latest error, where that error is why it does not go on.
  var errorGroup: ErrorGroupID? {
    state == .dead || state == .retrying ? ErrorGroupID(of: error) : nil
  }

  /// What lists the jobs of its group, but for the group.
  fileprivate var commandForGroup: String {
    state == .dead ? "qctl dlq list --error-group" : "qctl list --state retrying --error-group"
  }
}
