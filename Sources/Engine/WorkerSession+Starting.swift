import Jobs
import PosixIO
import Storage

/// Starting handlers.
extension WorkerSession {
  /// Starts a handler for each job.
  ///
  /// Once one can't be started, the rest is given back with it: the reason is the worker's or the
  /// machine's, not the job's.
  func begin(_ claimed: [ClaimedJob], leaseEnd: Tick) {
    var obstacle: SystemError?
    for job in claimed {
      if let obstacle {
        giveBack(job, obstacle, leaseEnd)
        continue
      }
      do { try start(job, leaseEnd: leaseEnd) } catch {
        obstacle = error
        observe(.warning(.spawnFailed(job.job, error)))
        giveBack(job, error, leaseEnd)
        noteSpawnFailure(error)
      }
    }
  }

  private func start(_ claimed: ClaimedJob, leaseEnd: Tick) throws(SystemError) {
    guard let token = slots.nextToken() else {
      // The store gave more than was asked for.
      throw SystemError(.busy, call: "claim")
    }
    let job = try launch(claimed, token, leaseEnd: leaseEnd)
    expectRenewal(from: job.started)
    slots.put(job)
    spawnFailures.reset()
    counts.started += 1
    if configuration.mode == .once, ending == nil { ending = .finished }
    observe(.started(claimed.job))
  }

  private func giveBack(_ claimed: ClaimedJob, _ error: SystemError, _ leaseEnd: Tick) {
    let reason = "handler could not be started: " + error.code.reason
    unsettled.append(
      Unsettled(
        settlement: Settlement(claimed.lease, .release(reason: reason)), job: claimed.job,
        duration: .zero, leaseEnd: leaseEnd))
  }

  private func noteSpawnFailure(_ error: SystemError) {
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
    let startedAt = clock.wall()
    let started = clock.monotonic()
    let child = try handler.spawn(
      environment: environment.block(
        for: claimed.job, deadline: timeout.map { startedAt + $0 },
        controlPath: control.place(for: claimed.job)),
      input: input?.reader.rawValue.asStream ?? .null, output: output.writer.rawValue,
      error: error.writer.rawValue)
    let job = RunningJob(
      claimed, token: token, child: child, timeout: timeout, written: written,
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

  private func watch(_ number: Int32?, _ events: EpollEvents, _ token: LoopToken) -> Bool {
    guard let number else { return false }
    do {
      try epoll.add(number, events, token: token.rawValue)
      return true
    } catch {
      return false
    }
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
