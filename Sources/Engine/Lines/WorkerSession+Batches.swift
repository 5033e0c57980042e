import Jobs
import PosixIO
import Storage

/// Handing jobs to handlers that are told of them in lines.
extension WorkerSession {
  private var mode: LineMode { configuration.lines ?? LineMode(isPersistent: false) }

  /// How long jobs may wait to be handed over until they are given back.
  var patience: TimeSpan { ShortJobs.patience + batchWait }

  var batchWait: TimeSpan { configuration.lines?.wait ?? .zero }

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

  private func send(to handler: LineHandler) {
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

// MARK: - Starting

extension WorkerSession {
  private func startHandler(for job: Job) throws(SystemError) -> LineHandler {
    let input = try Pipe()
    let output = try Pipe()
    let error = try Pipe()
    try input.writer.setNonBlocking()
    try output.reader.setNonBlocking()
    try error.reader.setNonBlocking()
    // A pipe that is read to its end by two is read by neither: this end only tells what is left.
    let reader = mode.isPersistent ? nil : try input.reader.duplicate()
    let place = places.take()
    var isStarted = false
    defer { if !isStarted { places.giveBack(place) } }
    let record = try presence?.prepare(Execution(id: job.id, attempt: job.attempt), slot: place)
    let child = try handler.spawn(
      environment: environment.block(for: presence?.id),
      input: .descriptor(input.reader.rawValue), output: output.writer.rawValue,
      error: error.writer.rawValue, record: record)
    isStarted = true
    handlersStarted &+= 1
    let started = LineHandler(
      token: LoopToken(handler: handlersStarted), place: place,
      note: presence?.content(ofSlot: place), child: child, isPersistent: mode.isPersistent,
      outputLimit: configuration.outputLimit, started: clock.monotonic())
    started.input = input.keepWriter()
    started.output = output.keepReader()
    started.error = error.keepReader()
    started.inputReader = reader
    watch(started)
    return started
  }

  private func watch(_ handler: LineHandler) {
    handler.exit = try? handler.child.exitDescriptor()
    if !watch(handler.exit?.rawValue, .read, handler.token.with(.exit)) {
      handler.exit = nil
      handler.lookNowAndThen(from: clock.monotonic())
    }
    if !watch(handler.output?.rawValue, .read, handler.token.with(.output)) {
      handler.output = nil
    }
    if !watch(handler.error?.rawValue, .read, handler.token.with(.error)) { handler.error = nil }
  }
}

// MARK: - What handlers do

extension WorkerSession {
  func takeHandlerEvent(_ token: LoopToken) {
    guard let handler = handlers.first(where: { $0.token == token.job }) else { return }
    switch token.part {
    case .exit: handler.reap(at: clock.monotonic())
    case .output: handler.readOutput(buffer, at: clock.monotonic())
    case .error: handler.readErrors(buffer)
    case .input: send(to: handler)
    }
  }

  /// Takes out the handlers that are over; what they leave unanswered fares as they did.
  func takeOverHandlers(_ now: Tick) {
    guard handlers.contains(where: \.isOver) else { return }
    let over = handlers.filter(\.isOver)
    handlers.removeAll(where: \.isOver)
    for handler in over { takeOver(handler, now) }
  }

  private func takeOver(_ handler: LineHandler, _ now: Tick) {
    if handler.jobs.isEmpty, let rule = handler.brokenRule {
      observe(.warning(.brokeRules(rule)))
    }
    let first = handler.jobs.first { $0.place == nil }
    handler.leaveJobs(at: now)
    if let first {
      first.place = handler.place
    } else {
      presence?.clearProcess(slot: handler.place)
      places.giveBack(handler.place)
    }
    noteEnd(of: handler, now)
  }

  /// A handler that ends before it has read of its first job can't be used: as if it could not be
  /// started.
  private func noteEnd(of handler: LineHandler, _ now: Tick) {
    guard handler.answered == 0, handler.leftUnread, !isLost else {
      if handler.answered > 0 { spawnFailures.reset() }
      return
    }
    let how = handler.lastWords
    observe(.warning(.endedAtOnce(how)))
    putBackWaiting()
    if let wait = spawnFailures.next() {
      claimsFrom = now + wait
    } else {
      drain(.handlerEndsAtOnce(how), at: now)
    }
  }

  /// Lets handlers end that have nothing to do and never will.
  func retireHandlers(_ now: Tick) {
    guard !handlers.isEmpty else { return }
    let isAtEnd = ending != nil && waiting.isEmpty
    var surplus = max(0, handlers.count(where: { !$0.isEnding }) - slots.limit)
    for handler in handlers {
      if handler.isFree, isAtEnd || surplus > 0 {
        handler.expire()
        surplus -= 1
      }
      guard handler.isToRetire, handler.isPersistent || isAtEnd else { continue }
      handler.retire(at: now, patience: configuration.killAfter)
    }
  }
}
