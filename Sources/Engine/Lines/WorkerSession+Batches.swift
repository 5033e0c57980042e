import Jobs
import PosixIO
import Storage

/// Handing jobs to handlers that are told of them in lines.
extension WorkerSession {
  var lineMode: LineMode { configuration.lines ?? LineMode(isPersistent: false) }

  /// How long jobs may wait to be handed over until they are given back.
  var patience: TimeSpan { ShortJobs.patience + batchWait }

  /// How long a batch that is not full waits; no longer than leases allow that nobody renews.
  var batchWait: TimeSpan {
    let wait = configuration.lines?.wait ?? .zero
    guard presence == nil else { return wait }
    return min(wait, TimeSpan(milliseconds: configuration.lease.milliseconds / 4))
  }

  /// How many jobs could be started now.
  var room: Int {
    guard configuration.lines != nil else { return slots.free }
    let busy = handlers.count(where: { !$0.isFree })
    return max(0, slots.limit - busy) * slots.each
  }

  /// Whether jobs in hand wait for more of them, with a handler free.
  var isGathering: Bool {
    guard batchWait > .zero, let first = waiting.first, !first.claimed.isMarked else {
      return false
    }
    return waiting.count < slots.each && room > 0 && ending == nil
  }

  /// Hands over the jobs in hand, as far as there are handlers and batches are full or have waited.
  func startBatches() {
    while let next = waiting.first, mayStart(next) {
      let now = clock.monotonic()
      guard !isGathering || next.since + batchWait <= now else { return }
      let batch = nextBatch()
      waiting.removeFirst(batch.count)
      do {
        try hand(batch, to: try freeHandler(for: next), at: clock.monotonic())
      } catch {
        for job in batch.dropFirst() { putBack(job) }
        return dealWith(error, next)
      }
    }
  }

  /// A marked job alone, or as many others as a handler may have.
  private func nextBatch() -> [Waiting] {
    guard let first = waiting.first, !first.claimed.isMarked else {
      return Array(waiting.prefix(1))
    }
    return Array(waiting.prefix(slots.each).prefix { !$0.claimed.isMarked })
  }

  private func freeHandler(for next: Waiting) throws(SystemError) -> LineHandler {
    if let free = handlers.first(where: \.isFree) { return free }
    guard handlers.count < slots.limit else { throw SystemError(.busy, call: "claim") }
    let handler = try startHandler(for: next.claimed.job)
    handlers.append(handler)
    return handler
  }

  /// Tells a handler of its next jobs, after they are noted as begun.
  private func hand(
    _ batch: [Waiting], to handler: LineHandler, at now: Tick
  ) throws(SystemError) {
    let places = try notePlaces(of: batch, in: handler)
    let startedAt = clock.wall()
    handler.begin(at: now)
    expectRenewal(from: now)
    var told: [RunningJob] = []
    for (next, place) in zip(batch, places) {
      guard let token = slots.nextToken() else {
        putBack(next)
        continue
      }
      let timeout = next.claimed.job.timeout ?? configuration.timeout
      let job = RunningJob(
        next.claimed, token: token, place: place, child: handler.child, timeout: timeout,
        written: 0, handler: handler, outputLimit: configuration.outputLimit,
        leaseEnd: next.leaseEnd, started: now, startedAt: startedAt)
      let deadline = timeout.map { startedAt + $0 }
      handler.tell(job, HandlerLine.bytes(of: next.claimed, deadline: deadline))
      slots.put(job)
      told.append(job)
    }
    send(to: handler)
    told.forEach(noteStart)
  }

  /// Notes all of a batch as begun; the first in the slot of the handler itself.
  private func notePlaces(
    of batch: [Waiting], in handler: LineHandler
  ) throws(SystemError) -> [Int?] {
    var taken: [Int?] = []
    do throws(SystemError) {
      for next in batch {
        let job = next.claimed.job
        let place = taken.isEmpty ? nil : places.take()
        taken.append(place)
        try presence?.note(
          Execution(id: job.id, attempt: job.attempt), slot: place ?? handler.place,
          of: place == nil ? nil : handler.note)
      }
    } catch {
      for case let place? in taken {
        presence?.clearProcess(slot: place)
        places.giveBack(place)
      }
      throw error
    }
    return taken
  }

  func send(to handler: LineHandler) {
    let isUnfinished = handler.send()
    guard let number = handler.input?.rawValue else { return handler.isInputWatched = false }
    if isUnfinished, !handler.isInputWatched {
      handler.isInputWatched = watch(number, .write, handler.token.with(.input))
    } else if !isUnfinished, handler.isInputWatched {
      handler.isInputWatched = false
      try? epoll.remove(number)
    }
  }
}
