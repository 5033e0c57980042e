import Jobs
import PosixIO
import Storage

/// Starting handlers that are told their jobs in lines, and following them to their end.
extension WorkerSession {
  func startHandler(for job: Job) throws(SystemError) -> LineHandler {
    let input = try Pipe()
    let output = try Pipe()
    let error = try Pipe()
    try input.writer.setNonBlocking()
    try output.reader.setNonBlocking()
    try error.reader.setNonBlocking()
    // A pipe that is read to its end by two is read by neither: this end only tells what is left.
    let reader = lineMode.isPersistent ? nil : try input.reader.duplicate()
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
      note: presence?.content(ofSlot: place), child: child, isPersistent: lineMode.isPersistent,
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
    if handler.jobs.isEmpty, let rule = handler.problem {
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
      guard handler.isToRetire else { continue }
      let isNeeded = !handler.isPersistent && !isAtEnd
      // One for a single batch may take its time to end, but no longer than a job may.
      let patience = isNeeded ? configuration.timeout : configuration.killAfter
      if let patience { handler.retire(at: now, patience: patience) }
    }
  }
}
