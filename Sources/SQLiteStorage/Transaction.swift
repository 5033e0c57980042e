import Jobs
import PosixIO
import Storage

/// What one write transaction gathers before it ends: counts are added up here and written once.
struct Transaction {
  let connection: Connection
  let path: String
  /// The moment that decides into which minute its counts go; `nil` where it counts nothing.
  let now: Instant?
  /// What this process has in hand.
  let held: HeldJobs
  /// Whether anything was written, so that an idle claim costs no sync.
  private(set) var hasChanged = false
  /// Whether there is something new for workers: a job to take now or later, or one to stop.
  private(set) var hasNews = false
  /// Whether a power cut may not undo it, though its caller could bear that.
  private(set) var mustLast = false
  /// When it began, in monotonic nanoseconds.
  private let begun = SystemClock.monotonicNanoseconds()
  /// Whether a job became ready in it, which nobody can have seen from outside.
  private(set) var madeReady = false
  /// Few queues meet in one transaction, so a list is searched; see `isCrowded`.
  private var counts: [(queue: QueueName, change: CountChange)] = []

  init(connection: Connection, path: String, now: Instant? = nil, held: HeldJobs) {
    self.connection = connection
    self.path = path
    self.now = now
    self.held = held
  }

  /// Runs statements, with SQLite's failures put in the store's words.
  func sql<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body(connection)
    } catch {
      throw error.storageError(at: path)
    }
  }

  /// As `sql`, for what writes.
  mutating func change<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    hasChanged = true
    return try sql(body)
  }

  /// Whether so many queues are noted that their counts should be written before there are more.
  ///
  /// Ten thousand jobs of as many queues searched for half a second, behind the gate.
  var isCrowded: Bool { counts.count >= 32 }

  /// Notes that a job of `queue` went from one state to another; `nil` for not being there.
  mutating func count(_ queue: QueueName, from old: JobState?, to new: JobState?) {
    guard old != new else { return }
    if new == .ready { madeReady = true }
    if let new, new == .ready || new.waitsForTime, old?.waitsForTime != true { announce() }
    counts[place(of: queue)].change.move(from: old, to: new)
  }

  /// Notes that workers shall look.
  mutating func announce() {
    hasNews = true
  }

  /// Whether it has lasted so many nanoseconds, so that the next step had better be another one.
  func hasLasted(_ duration: Int64) -> Bool {
    SystemClock.monotonicNanoseconds() &- begun >= duration
  }

  /// Notes that it must be synced in any case.
  mutating func requireSync() {
    mustLast = true
  }

  /// Notes something that is only ever added up.
  mutating func tally(_ queue: QueueName, _ total: CountChange.Total, times: Int64 = 1) {
    counts[place(of: queue)].change.add(total, times: times)
  }

  /// Notes that a queue has so many more jobs in a state.
  mutating func count(_ number: Int64, in queue: QueueName, as state: JobState) {
    counts[place(of: queue)].change.add(number, to: state)
  }

  /// Notes how long an execution took that ended by its own doing.
  mutating func time(_ queue: QueueName, _ duration: TimeSpan) {
    counts[place(of: queue)].change.time(duration)
  }

  private mutating func place(of queue: QueueName) -> Int {
    if let known = counts.lastIndex(where: { $0.queue == queue }) { return known }
    counts.append((queue, CountChange()))
    return counts.count - 1
  }

  /// Whether somebody may wait for what a change makes room for: a job that ended where only so many
  /// may run, or one that waits no more where as many waited as may.
  private func makesRoom(
    _ change: CountChange, in queue: QueueName
  ) throws(StorageError) -> Bool {
    guard change.endsJobs || change.newlyWaiting < 0 else { return false }
    return try sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT concurrency IS NOT NULL OR concurrency_per_key IS NOT NULL,
          scheduled + ready + retrying + blocked >= max_depth FROM qctl_queues WHERE queue = ?1
        """)
      statement.bind(1, queue.description)
      defer { statement.reset() }
      guard try statement.step() else { return false }
      return change.endsJobs && statement.integer(0) != 0
        || change.newlyWaiting < 0 && statement.integer(1) != 0
    }
  }

  /// By how many the waiting jobs of a queue have grown, as far as that is not written yet.
  func newlyWaiting(in queue: QueueName) -> Int64 {
    counts.last { $0.queue == queue }?.change.newlyWaiting ?? 0
  }

  /// Writes the counts.
  mutating func finish() throws(StorageError) {
    guard !counts.isEmpty else { return }
    let (pending, now) = (counts, now)
    counts.removeAll()
    for (queue, change) in pending where !change.isEmpty {
      if !hasNews, try makesRoom(change, in: queue) { announce() }
      try self.change { connection throws(SQLiteFailure) in
        try change.write(to: queue, at: now, on: connection)
      }
    }
  }
}
