import Jobs
package import Storage

/// Freezing what is meant, in short reads: a plan may hold a million jobs, and meanwhile the log shall
/// be folded into the database. So a plan is no snapshot, which does not matter: whether a job still
/// stands as it was seen is asked again when it is changed.
extension SQLiteStore {
  package func plan(_ request: PlanRequest) throws(StorageError) -> Plan {
    var maker = PlanMaker(request)
    guard maker.mayFind else { return Plan() }
    var place: JobCursor?
    repeat {
      place = try withSession { session throws(StorageError) in
        try session.read { connection throws(SQLiteFailure) in
          let query = try JobQuery.planned(
            maker.filter, order: request.verb.order, now: request.now, on: connection)
          return try query.scan(after: place, on: connection) { maker.take($0) }
        }
      }
    } while place != nil && !maker.isFull
    for ids in maker.notFound {
      try withSession { session throws(StorageError) in
        try session.read { connection throws(SQLiteFailure) in
          for id in ids where try Self.soundJob(id, on: connection) == nil { maker.miss(id) }
        }
      }
    }
    return maker.finish()
  }
}

/// A plan in the making.
private struct PlanMaker {
  private let request: PlanRequest
  private let isNamed: Bool
  /// What is asked of the store; which states the verb can change is asked with it, but for jobs that
  /// are named, since those that are unfit shall be told.
  let filter: JobFilter
  private var plan = Plan()
  private(set) var isFull = false
  private var found = Set<JobID>()
  /// The queue of the latest job, and how many of it came in a row: a bulk has mostly one.
  private var run: (queue: QueueName, count: Int)?

  init(_ request: PlanRequest) {
    self.request = request
    isNamed = !request.filter.ids.isEmpty
    var filter = request.filter
    if !isNamed {
      filter.states = Selection(
        anyOf: JobQuery.wanted(filter).filter { request.verb.applies(to: $0) })
    }
    self.filter = filter
  }

  /// Whether any job can be meant.
  var mayFind: Bool { isNamed || !filter.states.anyOf.isEmpty }

  /// Takes in the next job; false where the plan is full.
  mutating func take(_ job: Job) -> Bool {
    if isNamed { found.insert(job.id) }
    let shown = job.effectiveState(at: request.now)
    guard request.verb.applies(to: shown) else {
      if isNamed { plan.unfit.append(PlanItem(id: job.id, state: shown)) }
      return true
    }
    guard plan.items.count < request.filter.limit ?? .max else {
      isFull = true
      return false
    }
    plan.items.append(PlanItem(job))
    if run?.queue == job.queue {
      run?.count += 1
    } else {
      addRun()
      run = (job.queue, 1)
    }
    if plan.sample.count < request.sampleSize { plan.sample.append(job) }
    return true
  }

  private mutating func addRun() {
    if let run { plan.queues[run.queue, default: 0] += run.count }
    run = nil
  }

  /// The whole plan.
  mutating func finish() -> Plan {
    addRun()
    return plan
  }

  /// The named ids of which nothing was seen, each once, some at a time.
  var notFound: [ArraySlice<JobID>] {
    var seen = found
    let rest = request.filter.ids.filter { seen.insert($0).inserted }
    return stride(from: 0, to: rest.count, by: Self.idsPerRead).map {
      rest[$0..<min($0 + Self.idsPerRead, rest.count)]
    }
  }

  /// Notes that no job has an id.
  mutating func miss(_ id: JobID) { plan.missing.append(id) }

  private static let idsPerRead = 10_000
}
