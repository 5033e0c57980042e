import Jobs
import PosixIO
import Storage

// The life of a worker, as turns of one loop. In each turn, in this order:
//
//   1. what happened (exits, bytes, signals) is taken in;
//   2. the hold on running jobs is looked after, cancellations noticed, timers obeyed: always after
//      what happened, so that a handler that ended in time is never called late;
//   3. jobs that are over get their verdicts;
//   4. handlers of jobs that were claimed ahead are started in the free slots: their processes work
//      while this one waits for the disk;
//   5. workers that are gone are looked for, now and then;
//   6. schedules that are due are fired;
//   7. one call to the store settles what is over and takes new jobs, whose handlers are started;
//   8. what has been kept for long enough is removed, a little now and then;
//   9. the loop waits for the next event or time.
//
// Nothing accepted is lost: what can't be settled is left to whoever rescues it, and whoever takes
// the job next presents another token.

/// One run of a worker: its handlers, what the store must still be told, and how it will end.
final class WorkerSession {
  let configuration: WorkerConfiguration
  let store: any StorageEngine
  let clock: WorkerClock
  let observe: (WorkerEvent) -> Void
  let signals: (any SignalFeed)?
  var handler: Handler
  let environment: HandlerEnvironment
  let control: ControlDirectory
  let epoll: Epoll
  let random: () -> UInt64
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// How this worker shows that it lives; without it, it goes by leases.
  var presence: Presence?
  var places = Places()
  let rescuer: Rescuer?
  let rescueTrouble: SystemError?
  let watch: StoreWatch?
  let manager: ServiceManager?
  var watchdog: WatchdogTimer
  var nextStatus: Tick
  var lastStatus = ""
  var hasToldStopping = false
  /// Others have declared this worker lost.
  var isLost = false

  var slots: Slots
  /// Handlers that are told their jobs in lines, busy or not.
  var handlers: [LineHandler] = []
  var handlersStarted: UInt64 = 0
  var order: QueueOrder
  /// Jobs in hand whose handlers have not started, in the order in which they will.
  var waiting: [Waiting] = []
  var short: ShortJobs
  var unsettled: [Unsettled] = []
  var counts = WorkerCounts()
  var trouble: StoreTrouble?
  var spawnFailures = SpawnFailures()

  /// How the worker will end; once set, no new jobs are taken.
  var ending: WorkerEnding?
  var isQuiet = false
  /// A second signal came: nothing is waited for but the handlers' death.
  var isForced = false
  var isSignalled = false
  var graceEnd: Tick?

  var pace: PollPace
  /// Looks for jobs after somebody touched the store's files, and for lost workers after one of
  /// their files was closed.
  var jobLooks = LookSeries()
  var rescueLooks = LookSeries()
  var nextUpkeep: Tick
  var nextTidying: Tick
  /// Fires schedules, if this worker keeps time.
  var ticker: ScheduleTicker?
  var nextTicking: Tick
  var lastTicking = Tick(nanoseconds: .min)
  /// Schedules of which was told that they can't be fired.
  var faultySchedules: Set<ScheduleName> = []
  /// No job is taken before this, after a handler could not be started.
  var claimsFrom: Tick
  var nextPoll: Tick
  var nextRenewal: Tick
  var nextCancelCheck: Tick

  init(
    _ configuration: WorkerConfiguration, store: any StorageEngine, signals: (any SignalFeed)?,
    ticker: ScheduleTicker? = nil, clock: WorkerClock, random: @escaping () -> UInt64,
    observe: @escaping (WorkerEvent) -> Void
  ) throws(WorkerRefusal) {
    self.ticker = ticker
    self.configuration = configuration
    self.store = store
    self.signals = signals
    self.clock = clock
    self.observe = observe
    self.random = random
    let inherited = configuration.environment
    do { handler = try Handler(configuration.handler, environment: inherited) } catch {
      throw WorkerRefusal(ending: .handlerUnusable(error))
    }
    environment = HandlerEnvironment(
      inherited: inherited, storeLocation: configuration.storeLocation)
    epoll = try WorkerRefusal.orSystem { () throws(SystemError) in try Epoll() }
    control = try WorkerRefusal.orSystem { () throws(SystemError) in
      try ControlDirectory(environment: inherited, random: random)
    }
    slots = Slots(count: configuration.concurrency, each: configuration.lines?.batch ?? 1)
    order = QueueOrder(configuration.queues, weights: configuration.weights)
    short = ShortJobs(group: configuration.group, batch: configuration.lines?.batch ?? 1)
    pace = PollPace(configuration.poll)
    let place = configuration.meetingPlace
    (rescuer, rescueTrouble) = Self.rescuer(at: place)
    watch = place.flatMap { try? StoreWatch($0) }
    manager = ServiceManager(inherited)
    let now = clock.monotonic()
    watchdog = WatchdogTimer(manager?.interval, from: now)
    nextStatus = now
    (claimsFrom, nextPoll, nextUpkeep) = (now, now, now)
    (nextRenewal, nextCancelCheck, nextTicking) = (now, now, now)
    // Not at once: a worker for one job should not begin by cleaning up.
    nextTidying = now + TimeSpan.seconds(1)
  }

  private static func rescuer(at place: MeetingPlace?) -> (Rescuer?, SystemError?) {
    guard let place else { return (nil, nil) }
    do { return (try Rescuer(place), nil) } catch { return (nil, error) }
  }

  deinit { buffer.deallocate() }

  func run() -> WorkerReport {
    showLife()
    let ending = self.ending ?? recordStart() ?? loop()
    record(.workerStopped, reason: ending.reason)
    // A claim whose outcome is unknown may have given jobs, too.
    presence?.end(keepsFile: counts.abandoned > 0 || trouble?.error.isFinal == true)
    do { try control.remove() } catch { observe(.warning(.controlDirectoryLeft(error))) }
    return WorkerReport(counts: counts, ending: ending)
  }

  private func loop() -> WorkerEnding {
    if let signals {
      do {
        try epoll.add(signals.descriptor, .read, token: LoopToken.signals.rawValue)
      } catch {
        return .system(error)
      }
    }
    tellReady()
    while true {
      let now = clock.monotonic()
      keepHold(now)
      obeyTimers(now)
      takeOverHandlers(now)
      slots.takeOver().forEach(conclude)
      startWaiting()
      returnWaiting(now)
      rescueOthers(now)
      fireSchedules(now)
      exchange(now)
      tidy(now)
      retireHandlers(now)
      tellManager(now)
      if let ending, hasNothing { return ending }
      waitForEvents(since: now)
    }
  }
}

// MARK: - The worker's own log records

extension WorkerSession {
  /// Tells the store that the worker begins; how it ends at once where the store can't be used.
  private func recordStart() -> WorkerEnding? {
    do {
      try store.record([logRecord(.workerStarted, reason: nil)])
      return nil
    } catch {
      observe(.storeFailed(error))
      return error.isBusy ? nil : .storage(error)
    }
  }

  private func record(_ event: LogRecord.Event, reason: String) {
    do { try store.record([logRecord(event, reason: reason)]) } catch {
      // Nothing depends on the record, and the worker is at its end.
      observe(.storeFailed(error))
    }
  }

  private func logRecord(_ event: LogRecord.Event, reason: String?) -> LogRecord {
    var record = LogRecord(event, at: clock.wall())
    record.worker = configuration.name
    record.reason = reason
    return record
  }
}
