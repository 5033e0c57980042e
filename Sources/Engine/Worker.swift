import PosixIO
package import Storage

/// Takes jobs from a store and runs a program for each (design.md §7).
///
/// One thread and one event loop: it waits for exits, pipes, signals and times together, and never
/// for a single handler. Only calls to the store block it, for a commit at a time.
package struct Worker {
  private let configuration: WorkerConfiguration
  private let store: any StorageEngine
  private let signals: (any SignalFeed)?
  private let ticker: ScheduleTicker?
  private let clock: WorkerClock
  private let random: () -> UInt64
  private let observe: (WorkerEvent) -> Void

  /// A worker, which does nothing yet.
  ///
  /// - Parameters:
  ///   - signals: where signals come from; `nil` for a worker that nobody signals.
  ///   - ticker: fires schedules that are due; `nil` for a worker that leaves them to others.
  ///   - random: any 64 bits, for the worker's number and the name of its directory of control
  ///     files.
  ///   - observe: hears what happens, on the thread that runs the worker.
  package init(
    _ configuration: WorkerConfiguration, store: any StorageEngine, signals: (any SignalFeed)?,
    ticker: ScheduleTicker? = nil, clock: WorkerClock = .system, random: @escaping () -> UInt64,
    observe: @escaping (WorkerEvent) -> Void
  ) {
    self.configuration = configuration
    self.store = store
    self.signals = signals
    self.ticker = ticker
    self.clock = clock
    self.random = random
    self.observe = observe
  }

  /// Works until it is told to end or, as its mode says, is done.
  ///
  /// Afterwards no handler runs.
  ///
  /// SIGPIPE is ignored in this process from now on: a handler that stops reading must not end us.
  package func run() -> WorkerReport {
    do throws(WorkerRefusal) {
      try WorkerRefusal.orSystem { () throws(SystemError) in
        try Signal.pipe.setDisposition(.ignore)
      }
      let session = try WorkerSession(
        configuration, store: store, signals: signals, ticker: ticker, clock: clock, random: random,
        observe: observe)
      return session.run()
    } catch {
      return WorkerReport(ending: error.ending)
    }
  }
}

/// Why a worker did not even begin.
struct WorkerRefusal: Error {
  let ending: WorkerEnding

  /// Runs a step whose failure means that a worker can't begin.
  static func orSystem<Value: ~Copyable>(
    _ step: () throws(SystemError) -> Value
  ) throws(WorkerRefusal) -> Value {
    do { return try step() } catch { throw WorkerRefusal(ending: .system(error)) }
  }
}
