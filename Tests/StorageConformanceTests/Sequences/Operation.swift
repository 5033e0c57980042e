import Jobs
import MemoryStorage
import Storage

/// One step of a random sequence, with everything that it needs.
enum Operation {
  case enqueue(NewJob)
  case bulk([NewJob], breaksOff: Bool, batch: NewBatch?)
  case claim(ClaimRequest)
  case settle([Settlement], thenClaim: ClaimRequest?)
  case renew([Lease], until: Instant)
  case status([Lease])
  case rescue(RescueRequest)
  case plan(PlanRequest)
  case apply(ApplyRequest)
  case pause(PauseRequest)
  case list(JobFilter, JobOrder, size: Int)
  case log(LogFilter, size: Int)
  case outstanding([QueueName])
  case tidy(TidyRequest)
  case configure([QueueSettings.Change], QueueName)
  case schedule(ScheduleStep)
  case wait(TimeSpan)
}

/// What a step gave; two stores must give the same.
enum Observation: Equatable {
  case enqueued(Result<EnqueueResult, StorageError>)
  case bulk(Result<BulkResult, BulkError>)
  case claimed(Result<[ClaimedJob], StorageError>)
  case settled(Result<SettleResult, StorageError>)
  case leases(Result<[LeaseStatus], StorageError>)
  case planned(Result<Plan, StorageError>)
  case applied(Result<[ItemOutcome], StorageError>)
  case paused(Result<[Bool], StorageError>)
  case listed(Result<[Job], StorageError>)
  case logged(Result<[LogRecord], StorageError>)
  case outstanding(Result<Outstanding, StorageError>)
  case rescued(Result<Int, StorageError>)
  case tidied(Result<TidyResult, StorageError>)
  case configured(Result<[QueueSettings], StorageError>, changed: Bool)
  case scheduled(Result<[String], StorageError>)
  case waited
}

extension Operation {
  /// Does the step on a store.
  func perform(on store: any StorageAdapter, at now: Instant) -> Observation {
    switch self {
    case .enqueue(let job):
      .enqueued(Self.result { () throws(StorageError) in try store.enqueue(job, at: now) })
    case .bulk(let jobs, let breaksOff, let batch):
      .bulk(Self.bulk(jobs, breaksOff, batch, on: store, at: now))
    case .claim(let request):
      .claimed(Self.result { () throws(StorageError) in try store.claim(request) })
    case .settle(let settlements, let request):
      .settled(
        Self.result { () throws(StorageError) in
          try store.settle(settlements, thenClaim: request, at: now)
        })
    case .renew(let leases, let until):
      .leases(
        Self.result { () throws(StorageError) in
          try store.renew(leases, until: until, at: now)
        })
    case .status(let leases):
      .leases(Self.result { () throws(StorageError) in try store.status(of: leases) })
    case .rescue(let request):
      .rescued(Self.result { () throws(StorageError) in try store.rescue(request) })
    case .plan(let request):
      .planned(Self.result { () throws(StorageError) in try store.plan(request) })
    case .apply(let request):
      .applied(Self.result { () throws(StorageError) in try store.apply(request) })
    case .pause(let request):
      .paused(Self.result { () throws(StorageError) in try store.setPaused(request) })
    case .list(let filter, let order, let size):
      .listed(
        Self.result { () throws(StorageError) in
          try Everything.jobs(of: store, filter, order, size: size, at: now)
        })
    case .log(let filter, let size):
      .logged(Self.result { () throws(StorageError) in try Self.log(filter, size, of: store) })
    case .outstanding(let queues):
      .outstanding(
        Self.result { () throws(StorageError) in try store.outstanding(in: queues, at: now) })
    case .tidy(let request):
      .tidied(Self.result { () throws(StorageError) in try store.tidy(request) })
    case .configure(let changes, let queue): Self.configure(changes, queue, on: store, at: now)
    case .schedule(let step):
      .scheduled(
        Self.result { () throws(StorageError) in try step.perform(on: store, at: now) })
    case .wait: .waited
    }
  }

  private static func result<Value>(
    _ body: () throws(StorageError) -> Value
  ) -> Result<Value, StorageError> {
    do { return .success(try body()) } catch { return .failure(error) }
  }

  private static func configure(
    _ changes: [QueueSettings.Change], _ queue: QueueName, on store: any StorageAdapter,
    at now: Instant
  ) -> Observation {
    var changed = false
    let found = result { () throws(StorageError) in
      changed = try store.configure(
        ConfigureRequest(queue, changes, actor: "olga", now: now))
      return [try store.settings(of: queue)]
    }
    return .configured(found, changed: changed)
  }

  private static func bulk(
    _ jobs: [NewJob], _ breaksOff: Bool, _ batch: NewBatch?, on store: any StorageAdapter,
    at now: Instant
  ) -> Result<BulkResult, BulkError> {
    var rest = jobs[...]
    do throws(BulkError) {
      return .success(
        try store.enqueueAll(at: now, as: batch) { () throws(BulkSourceError) in
          if rest.isEmpty, breaksOff { throw BulkSourceError() }
          return rest.popFirst()
        } progress: { _ in
        })
    } catch {
      // A store may look at jobs before the source is at its end, or only then.
      if case .job = error, breaksOff { return .failure(.source) }
      return .failure(error)
    }
  }

  /// The end of the log as one call gives it, then all of it as pages do.
  private static func log(
    _ filter: LogFilter, _ size: Int, of store: any StorageAdapter
  ) throws(StorageError) -> [LogRecord] {
    let end = try store.log(LogPageRequest(filter, .last, size: size))
    return try end.records + Everything.log(of: store, filter, size: size)
  }
}
