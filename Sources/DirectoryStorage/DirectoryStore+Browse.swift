package import Jobs
package import Storage

extension DirectoryStore {
  package func queues(at now: Instant) throws(StorageError) -> [QueueSummary] {
    try withSpool { (spool) throws(StorageError) in try spool.summaries(at: now) }
  }

  package func queues(
    at now: Instant, beginningWith prefix: String, most: Int
  ) throws(StorageError) -> [QueueSummary] {
    try withSpool { (spool) throws(StorageError) in
      try spool.summaries(at: now, beginningWith: prefix, most: most)
    }
  }

  package func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    try withSpool { (spool) throws(StorageError) in try spool.page(request) }
  }

  package func job(_ id: JobID) throws(StorageError) -> JobDetail? {
    try withSpool { (spool) throws(StorageError) in try spool.detail(id) }
  }

  package func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail] {
    try withSpool { (spool) throws(StorageError) in try spool.details(ids) }
  }

  package func keyHolder(_ key: String, of queue: QueueName) throws(StorageError) -> JobID? {
    try withSpool { (spool) throws(StorageError) in try spool.uniqueHolder(of: key, in: queue) }
  }

  package func log(_ request: LogPageRequest) throws(StorageError) -> LogPage {
    try withSpool { (spool) throws(StorageError) in try spool.log(request) }
  }

  package func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute] {
    throw lacksMinutes
  }

  package func meters() throws(StorageError) -> [QueueMeter] { throw lacksMinutes }

  package func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges {
    try withSpool { (spool) throws(StorageError) in try spool.readyAges(request) }
  }

  private var lacksMinutes: StorageError {
    guard case .none(let reason, let remedy) = capabilities[.minutes] else {
      return .unsupported(.minutes, reason: "", remedy: "")
    }
    return .unsupported(.minutes, reason: reason, remedy: remedy)
  }
}
