import Jobs
import PosixIO
import Storage

/// A job in hand whose handler has not started.
struct Waiting {
  let claimed: ClaimedJob
  /// When it was claimed.
  let since: Tick
  let leaseEnd: Tick
}

extension ClaimedJob {
  /// Whether it was running when a worker was lost, and so must run alone.
  var isMarked: Bool { job.marked }
}

/// Starting handlers.
extension WorkerSession {
  /// Whether a marked job runs or is in hand: then nothing else is taken, which would have to wait
  /// behind it.
  var isForOneAlone: Bool { slots.runsAlone || waiting.contains { $0.claimed.isMarked } }

  /// Starts handlers for the jobs in hand, as far as there are free slots.
  ///
  /// Once one can't be started, the rest is given back with it: the reason is the worker's or the
  /// machine's, not the job's.
  func startWaiting() {
    returnStale(clock.monotonic())
    guard configuration.lines == nil else { return startBatches() }
    while let next = waiting.first, mayStart(next) {
      waiting.removeFirst()
      do { try start(next) } catch {
        return dealWith(error, next)
      }
    }
  }

  func mayStart(_ next: Waiting) -> Bool {
    guard !isLost, ending == nil || ending == .finished else { return false }
    guard room > 0 else { return false }
    return next.claimed.isMarked ? slots.isEmpty : !slots.runsAlone
  }

  /// Between two tries to start more than the machine or its limits allow.
  private static let shortagePause = TimeSpan.seconds(1)

  func dealWith(_ error: SystemError, _ failed: Waiting) {
    guard error.code != .cancelled else {
      putBack(failed)
      return becomeLost()
    }
    observe(.warning(.spawnFailed(failed.claimed.job, error)))
    guard slots.isEmpty || !error.code.isShortage else {
      // As many run as can here; what they use up, their end gives back.
      putBack(failed)
      putBackWaiting()
      return claimsFrom = clock.monotonic() + Self.shortagePause
    }
    let reason = "handler could not be started: " + error.code.reason
    unsettled.append(entry(failed, .release(reason: reason)))
    putBackWaiting()
    noteSpawnFailure(error)
  }

  private func start(_ next: Waiting) throws(SystemError) {
    guard let token = slots.nextToken() else {
      // The store gave more than was asked for.
      throw SystemError(.busy, call: "claim")
    }
    let job = try launch(next.claimed, token, leaseEnd: next.leaseEnd)
    expectRenewal(from: job.started)
    slots.put(job)
    spawnFailures.reset()
    noteStart(of: job)
  }

  /// A job runs from now on.
  func noteStart(of job: RunningJob) {
    counts.started += 1
    if configuration.mode == .once, ending == nil { ending = .finished }
    observe(.started(job.claimed.job))
  }

  func noteSpawnFailure(_ error: SystemError) {
    let now = clock.monotonic()
    if let wait = spawnFailures.next() {
      claimsFrom = now + wait
    } else {
      drain(.handlerUnusable(error), at: now)
    }
  }

  /// Makes the pipes, starts the process, and waits for its events from now on.
  ///
  /// What the pipe takes of the payload is written before the start: a handler of a small job finds
  /// everything there, and the loop never hears of its standard input.
  private func launch(
    _ claimed: ClaimedJob, _ token: LoopToken, leaseEnd: Tick
  ) throws(SystemError) -> RunningJob {
    let output = try Pipe()
    let error = try Pipe()
    var input = claimed.payload.isEmpty ? nil : try Pipe()
    try input?.writer.setNonBlocking()
    let written = input?.prefill(with: claimed.payload) ?? 0
    let timeout = claimed.job.timeout ?? configuration.timeout
    let execution = Execution(id: claimed.job.id, attempt: claimed.job.attempt)
    let place = places.take()
    var isStarted = false
    defer { if !isStarted { places.giveBack(place) } }
    let record = try presence?.prepare(execution, slot: place)
    let startedAt = clock.wall()
    let started = clock.monotonic()
    let child = try handler.spawn(
      environment: environment.block(
        for: claimed.job, deadline: timeout.map { startedAt + $0 },
        controlPath: control.place(for: claimed.job)),
      input: input?.reader.rawValue.asStream ?? .null, output: output.writer.rawValue,
      error: error.writer.rawValue, record: record)
    isStarted = true
    let job = RunningJob(
      claimed, token: token, place: place, child: child, timeout: timeout, written: written,
      outputLimit: configuration.outputLimit, leaseEnd: leaseEnd, started: started,
      startedAt: startedAt)
    job.output = output.keepReader()
    job.error = error.keepReader()
    if written < claimed.payload.count { job.input = input.take()?.keepWriter() }
    watch(job)
    return job
  }

  // The process runs already, so a refusal here can't be one of the job: an end that can't be
  // watched is closed, and a process that can't be is looked at now and then.
  private func watch(_ job: RunningJob) {
    job.exit = try? job.child.exitDescriptor()
    if !watch(job.exit?.rawValue, .read, job.token.with(.exit)) {
      job.exit = nil
      job.lookNowAndThen(from: job.started)
    }
    if !watch(job.output?.rawValue, .read, job.token.with(.output)) { job.output = nil }
    if !watch(job.error?.rawValue, .read, job.token.with(.error)) { job.error = nil }
    if job.input != nil, !watch(job.input?.rawValue, .write, job.token.with(.input)) {
      job.input = nil
    }
  }

  func watch(_ number: Int32?, _ events: EpollEvents, _ token: LoopToken) -> Bool {
    guard let number else { return false }
    do {
      try epoll.add(number, events, token: token.rawValue)
      return true
    } catch {
      return false
    }
  }
}

// MARK: - Giving back what has not started

extension WorkerSession {
  /// Gives back what nobody will start, or what has waited for too long behind a job that took
  /// longer than those before it; a marked job waits until it can be alone.
  func returnWaiting(_ now: Tick) {
    guard let first = waiting.first else { return }
    let isOver = isLost || isQuiet || ending != nil && ending != .finished
    guard isOver || !first.claimed.isMarked && first.since + patience <= now else {
      return
    }
    // Else the very call that gives them back would claim them again.
    short.forget()
    putBackWaiting()
  }

  /// Gives back what has waited for half of its lease: nothing renews that of a job that waits, and
  /// after its end the job is somebody else's.
  private func returnStale(_ now: Tick) {
    guard presence == nil, waiting.contains(where: { staleFrom($0) <= now }) else { return }
    putBackWaiting()
  }

  /// When a job in hand must have been started; with a sign of life, that keeps it.
  func staleFrom(_ job: Waiting) -> Tick {
    guard presence == nil else { return Tick(nanoseconds: .max) }
    return job.leaseEnd + TimeSpan(milliseconds: -configuration.lease.milliseconds / 2)
  }

  func putBackWaiting() {
    for job in waiting { putBack(job) }
    waiting.removeAll(keepingCapacity: true)
  }

  func putBack(_ job: Waiting) {
    unsettled.append(entry(job, .putBack))
  }

  private func entry(_ job: Waiting, _ verdict: Settlement.Verdict) -> Unsettled {
    var settlement = Settlement(job.claimed.lease, verdict)
    settlement.attempt = job.claimed.job.attempt
    settlement.worker = configuration.name
    return Unsettled(
      settlement: settlement, job: job.claimed.job, duration: .zero, since: clock.monotonic(),
      leaseEnd: job.leaseEnd)
  }
}

extension Pipe {
  /// Writes what fits; nobody reads yet, and the reader is ours, so that can't fail.
  fileprivate borrowing func prefill(with payload: [UInt8]) -> Int {
    RunningJob.write(payload[...], to: writer) ?? 0
  }
}

extension Int32 {
  fileprivate var asStream: ChildStream { .descriptor(self) }
}

extension SystemError.Code {
  /// Whether there was not enough of what running handlers use: descriptors, processes, memory.
  fileprivate var isShortage: Bool {
    switch self {
    case .tooManyOpenFiles, .systemFileTableFull, .wouldBlock, .outOfMemory: true
    default: false
    }
  }
}
