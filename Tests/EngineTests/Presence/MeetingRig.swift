import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Engine

/// A worker that meets others in the folder of its test, with a clock that passes only as it works.
///
/// Each look at that clock is a tenth of a millisecond. So no wait of the worker's ends by itself
/// within a test, but by what the kernel tells it; short series of looks do end.
final class MeetingRig {
  let rig: WorkerRig
  let place: MeetingPlace
  let watched: WatchedStore
  let signals: PatientSignals
  private(set) var events: [WorkerEvent] = []
  private let clock = CountedClock()

  init(_ script: String, mode: WorkerConfiguration.Mode = .untilEmpty) throws {
    rig = try WorkerRig.shell(script, mode: mode)
    watched = WatchedStore(rig.memory)
    signals = try PatientSignals()
    let scratch = rig.scratch
    place = MeetingPlace(
      workers: scratch.path("workers"), bell: scratch.path("bell"), touched: [scratch.path("log")],
      log: [])
    try FileSystem.replaceFile(scratch.path("log"), with: [])
    rig.configuration.meetingPlace = place
    rig.configuration.poll = .hours(1) ... .hours(1)
  }

  var now: Instant { clock.worker.wall() }

  /// The files of the workers that there are.
  var files: [String] { ((try? FileSystem.entries(of: place.workers)) ?? []).map(\.name) }

  func advance(_ span: TimeSpan) { clock.advance(span) }

  @discardableResult
  func enqueue(_ change: (inout NewJob) -> Void = { _ in }) throws -> JobID {
    var job = NewJob()
    change(&job)
    return try rig.memory.enqueue(job, at: now).id
  }

  /// Runs the worker, which is ended and found at fault if it takes longer than half a minute.
  @discardableResult
  func run(on event: @escaping (WorkerEvent) -> Void = { _ in }) throws -> WorkerReport {
    let watchdog = try Watchdog(signals)
    defer { watchdog.stop() }
    let report = Worker(
      rig.configuration, store: watched, signals: signals, clock: clock.worker,
      random: { .random(in: .min ... .max) }
    ) { [self] in
      events.append($0)
      event($0)
    }.run()
    #expect(!watchdog.hasBarked, "the worker waits for something that never comes")
    return report
  }

  /// A session whose parts a test looks at without running it.
  func session() throws -> WorkerSession {
    try WorkerSession(
      rig.configuration, store: watched, signals: nil, clock: clock.worker, random: { 7 << 20 },
      observe: { _ in })
  }

  /// Rings as a store does after a commit.
  func ring() {
    _ = try? FileDescriptor.open(place.bell, .writeOnly, [.create])
  }

  func touch() {
    try? FileDescriptor.open(place.touched[0], .writeOnly, .append).writeAll("x")
  }

  func started() -> [JobID] {
    events.compactMap { if case .started(let job) = $0 { job.id } else { nil } }
  }

  func log() throws -> [LogRecord] {
    try rig.memory.log(LogPageRequest(LogFilter(), .last, size: 1000)).records
  }

  /// A job that was running when a worker died.
  func mark(_ id: JobID) throws {
    let presence = PresenceID(random: 3)
    let claimed = try rig.memory.claim(
      ClaimRequest(queues: [.default], limit: 1000, worker: "dead", presence: presence, now: now))
    let started = claimed.filter { $0.job.id == id }
      .map { Execution(id: $0.job.id, attempt: $0.job.attempt) }
    _ = try rig.memory.rescue(
      RescueRequest(presence: presence, started: Set(started), now: now))
  }
}

/// A clock that goes on by a tenth of a millisecond each time it is read.
private final class CountedClock: Sendable {
  private let nanoseconds = Atomic<Int64>(1_000_000_000)
  private let start = SystemClock.wallMilliseconds()

  func advance(_ span: TimeSpan) {
    nanoseconds.add(span.milliseconds * 1_000_000, ordering: .sequentiallyConsistent)
  }

  private func read() -> Int64 {
    nanoseconds.add(100_000, ordering: .sequentiallyConsistent).newValue
  }

  var worker: WorkerClock {
    WorkerClock(
      wall: { [self] in
        Instant(
          milliseconds: start + nanoseconds.load(ordering: .sequentiallyConsistent) / 1_000_000)
      }, monotonic: { [self] in Tick(nanoseconds: read()) })
  }
}

/// Signals that any thread may give; each turn of the loop gets one.
final class PatientSignals: SignalFeed, Sendable {
  private struct State {
    var waiting: [Signal] = []
    var gaveOne = false
  }

  private let bell: WakeUp
  private let state = Mutex(State())

  init() throws { bell = try WakeUp() }

  var descriptor: Int32 { bell.rawValue }

  func send(_ signal: Signal?) {
    guard let signal else { return }
    state.withLock {
      $0.waiting.append(signal)
      bell.ring()
    }
  }

  func next() -> Signal? {
    state.withLock {
      $0.gaveOne = !$0.gaveOne && !$0.waiting.isEmpty
      if $0.gaveOne { return $0.waiting.removeFirst() }
      if $0.waiting.isEmpty { bell.clear() }
      return nil
    }
  }
}

/// Ends a worker that hangs.
private final class Watchdog {
  private final class Shared: Sendable {
    let bell: WakeUp
    let hasBarked = Atomic(false)

    init() throws { bell = try WakeUp() }
  }

  private let shared: Shared
  private var thread: PosixIO.Thread?

  init(_ signals: PatientSignals) throws {
    let shared = try Shared()
    self.shared = shared
    thread = try PosixIO.Thread.start {
      let found = try? Poll.wait(for: .read, on: shared.bell.rawValue, milliseconds: 30_000)
      guard found?.isEmpty != false else { return }
      shared.hasBarked.store(true, ordering: .sequentiallyConsistent)
      signals.send(.terminate)
      signals.send(.terminate)
    }
  }

  var hasBarked: Bool { shared.hasBarked.load(ordering: .sequentiallyConsistent) }

  func stop() {
    shared.bell.ring()
    if let running = thread.take() { running.join() }
  }
}
