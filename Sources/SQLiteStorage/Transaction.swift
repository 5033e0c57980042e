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
  /// Jobs that ended or went, and those who wait for them have not been told.
  private var ended = EndedParents()
  /// Changes of jobs of batches, one for each batch.
  private var batches: [BatchChange] = []
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

  /// Notes how long an execution took that ended by its own doing, and its job had waited for it.
  mutating func time(_ queue: QueueName, _ run: TimeSpan, after wait: TimeSpan) {
    counts[place(of: queue)].change.time(run, after: wait)
  }

  /// Notes what a change of a job means for others: every end and every removal passes here.
  ///
  /// - Parameter after: the job as it is written; `nil` for one that was removed.
  mutating func follow(_ before: Job, _ after: Job?) throws(StorageError) {
    if let after, before.state == .blocked, after.state != .blocked {
      try change { connection throws(SQLiteFailure) in
        try ParentRow.satisfyAll(after.id, on: connection)
      }
    }
    if let batch = before.batch, before.state != after?.state {
      countBatch(batch, from: before.state, to: after?.state)
    }
    guard after.map({ $0.state.isTerminal && !before.state.isTerminal }) ?? true else { return }
    try followEnd(of: before.id)
  }

  /// Notes that a job ended or went.
  mutating func followEnd(of id: JobID) throws(StorageError) {
    let isAwaited = try sql { connection throws(SQLiteFailure) in
      try ParentRow.hasDependants(id, on: connection)
    }
    if isAwaited { noteEnd(id) }
  }

  private mutating func place(of queue: QueueName) -> Int {
    if let known = counts.lastIndex(where: { $0.queue == queue }) { return known }
    counts.append((queue, CountChange()))
    return counts.count - 1
  }

  /// Notes that those who wait for a job shall hear of its end.
  mutating func noteEnd(_ id: JobID) {
    ended.insert(id)
  }

  /// The next job of whose end those who wait have not heard.
  var nextEnd: JobID? { ended.first }

  /// Takes that.
  mutating func takeEnd() -> JobID? { ended.removeFirst() }

  /// Takes it if it is this one.
  mutating func takeEnd(_ id: JobID) -> Bool { ended.first == id && ended.removeFirst() != nil }

  /// Whether not all who wait were told, so that somebody goes on.
  private(set) var leavesEnds = false

  /// Notes that not all who wait were told.
  mutating func leaveEnds() {
    leavesEnds = true
    announce()
  }

  /// Whether some job ended for which others wait, or one of a batch changed.
  var hasEnds: Bool { !ended.isEmpty || !batches.isEmpty }

  /// Notes that a job of a batch went from one state to another; `nil` for one that was removed.
  mutating func countBatch(_ id: JobID, from old: JobState, to new: JobState?) {
    batches[place(ofBatch: id)].count(from: old, to: new)
  }

  /// Notes that a job which no batch shall count was dropped.
  mutating func dropFromBatch(_ id: JobID) {
    batches[place(ofBatch: id)].total -= 1
  }

  /// Notes that a batch may have ended.
  mutating func touchBatch(_ id: JobID) { _ = place(ofBatch: id) }

  private mutating func place(ofBatch id: JobID) -> Int {
    if let known = batches.lastIndex(where: { $0.id == id }) { return known }
    batches.append(BatchChange(id: id))
    return batches.count - 1
  }

  /// Writes the counts of batches; those that have no unfinished job left, and for which others wait,
  /// are noted as ended.
  mutating func writeBatches(at now: Instant?) throws(StorageError) {
    let pending = batches.sorted { $0.id < $1.id }
    batches.removeAll()
    for batchChange in pending {
      let found = try sql { connection throws(SQLiteFailure) in
        try BatchRow.batch(batchChange.id, on: connection)
      }
      guard var batch = found else { continue }
      batchChange.apply(to: &batch)
      let isOver = batch.unfinished <= 0
      batch.finishedAt = isOver ? batch.finishedAt ?? now : nil
      try change { [batch] connection throws(SQLiteFailure) in
        try BatchRow.save(batch, on: connection)
      }
      if isOver { try followEnd(of: batch.id) }
    }
  }

  /// Writes down what nobody was told, for those who come next.
  private mutating func keepEnds() throws(StorageError) {
    while let id = takeEnd() {
      try change { connection throws(SQLiteFailure) in
        try EndedRow.save(id, done: 0, on: connection)
      }
      leaveEnds()
    }
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
    try writeBatches(at: now)
    try keepEnds()
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
