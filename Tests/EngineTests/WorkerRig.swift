import Engine
import Glibc
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport

/// A worker over a store in memory, with a clock that a test can push on, signals that it can give,
/// and a record of all that the worker said.
///
/// Everything happens on the test's own thread: a test
/// acts from within `on`, which hears each event while the worker waits.
final class WorkerRig {
  let memory: MemoryStore
  let scratch: ScratchDirectory
  let clock = TestClock()
  let signals: TestSignals
  var configuration: WorkerConfiguration
  /// What a worker is given instead of `memory` where a test needs failures.
  var store: (any StorageEngine)?
  /// Fires schedules; no worker of a test does so unasked.
  var ticker: ScheduleTicker?
  private(set) var events: [WorkerEvent] = []

  init(_ handler: [String], mode: WorkerConfiguration.Mode = .untilEmpty) throws {
    scratch = try ScratchDirectory()
    signals = try TestSignals()
    let seed = Mutex(SeededGenerator(seed: TestSeed.drawn()))
    memory = MemoryStore { seed.withLock { $0.next() } }
    configuration = WorkerConfiguration(
      queues: [.default], handler: CStringList(handler),
      environment: EnvironmentBlock([
        "PATH": "/usr/bin:/bin", "TMPDIR": scratch.path, "SCRATCH": scratch.path,
      ]),
      storeLocation: "memory:", name: "worker-1")
    configuration.mode = mode
  }

  /// A worker whose handler is a shell script; `$SCRATCH` is the test's own directory.
  static func shell(
    _ script: String, mode: WorkerConfiguration.Mode = .untilEmpty
  ) throws -> WorkerRig {
    try WorkerRig(["sh", "-c", script], mode: mode)
  }

  var now: Instant { clock.worker.wall() }

  @discardableResult
  func enqueue(_ payload: [UInt8] = [], _ change: (inout NewJob) -> Void = { _ in }) throws -> JobID
  {
    var job = NewJob(payload: payload)
    change(&job)
    return try memory.enqueue(job, at: now).id
  }

  @discardableResult
  func run(on event: @escaping (WorkerEvent) -> Void = { _ in }) -> WorkerReport {
    // A store's failures are often a closure over this rig; the scratch directory must still go.
    defer { store = nil }
    return Worker(
      configuration, store: store ?? memory, signals: signals, ticker: ticker, clock: clock.worker,
      random: { .random(in: .min ... .max) }
    ) { [self] in
      events.append($0)
      event($0)
    }.run()
  }

  func job(_ id: JobID) throws -> JobDetail {
    guard let job = try memory.job(id) else { throw Missing() }
    return job
  }

  /// The only attempt of a job.
  func attempt(_ id: JobID) throws -> Attempt {
    guard let attempt = try job(id).attempts.last else { throw Missing() }
    return attempt
  }

  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.readFile(scratch.path(name), limit: 1 << 20), as: UTF8.self)
  }

  func makeFIFO(_ name: String) {
    _ = mkfifo(scratch.path(name), 0o600)
  }

  /// Waits until a handler writes to a FIFO, and takes what it wrote.
  @discardableResult
  func await(_ name: String) -> String { (try? text(name)) ?? "" }

  /// Lets a handler go on that waits for a FIFO.
  func release(_ name: String) {
    try? FileDescriptor.open(scratch.path(name), .writeOnly).writeAll("go\n")
  }

  struct Missing: Error {}
}

/// The machine's clock, plus what a test adds.
final class TestClock: Sendable {
  private let added = Atomic<Int64>(0)

  func advance(_ span: TimeSpan) {
    added.add(span.milliseconds, ordering: .sequentiallyConsistent)
  }

  var worker: WorkerClock {
    WorkerClock(
      wall: { [self] in
        let added = added.load(ordering: .sequentiallyConsistent)
        return Instant(milliseconds: SystemClock.wallMilliseconds() + added)
      },
      monotonic: { [self] in
        let added = added.load(ordering: .sequentiallyConsistent)
        return Tick(nanoseconds: SystemClock.monotonicNanoseconds() + added * 1_000_000)
      })
  }
}

/// Signals that a test gives; each turn of the loop gets one.
final class TestSignals: SignalFeed {
  private let bell: WakeUp
  private var waiting: [Signal] = []
  private var gaveOne = false

  init() throws { bell = try WakeUp() }

  var descriptor: Int32 { bell.rawValue }

  func send(_ signal: Signal) {
    waiting.append(signal)
    bell.ring()
  }

  func next() -> Signal? {
    gaveOne = !gaveOne && !waiting.isEmpty
    if gaveOne { return waiting.removeFirst() }
    if waiting.isEmpty { bell.clear() }
    return nil
  }
}
