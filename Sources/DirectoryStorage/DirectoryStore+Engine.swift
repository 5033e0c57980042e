package import Jobs
package import Storage

extension DirectoryStore {
  package func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try changing { (spool) throws(StorageError) in try spool.enqueue(job, at: now) }
  }

  package func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try changing { (spool) throws(StorageError) in try spool.claim(request) }
  }

  package func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try changing { (spool) throws(StorageError) in
      var outcomes: [SettleOutcome] = []
      for settlement in settlements { outcomes.append(try spool.settle(settlement, at: now)) }
      try spool.tellDependants(at: now)
      // Unique keys of what ended are free for what is claimed with it.
      try spool.finish()
      let claimed = try request.map { (request) throws(StorageError) in try spool.claim(request) }
      return SettleResult(outcomes: outcomes, claimed: claimed ?? [])
    }
  }

  package func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    try changing { (spool) throws(StorageError) in
      try leases.map { (lease) throws(StorageError) in
        try spool.renew(lease, until: until, at: now)
      }
    }
  }

  package func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    try changing { (spool) throws(StorageError) in try spool.rescue(request) }
  }

  package func presences() throws(StorageError) -> [PresenceID] {
    try withSpool { (spool) throws(StorageError) in try spool.presences() }
  }

  package func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try withSpool { (spool) throws(StorageError) in
      try leases.map { (lease) throws(StorageError) in try spool.status(of: lease) }
    }
  }

  package func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding {
    try withSpool { (spool) throws(StorageError) in try spool.outstanding(in: queues, at: now) }
  }

  package func record(_ records: [LogRecord]) throws(StorageError) {
    try changing { (spool) throws(StorageError) in spool.unlogged += records }
  }

  /// Runs a call that may change something, and ends it: its moves durable, its log written.
  ///
  /// What moved before a failure has moved, so it is made durable and told too.
  func changing<Result>(
    _ body: (Spool) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try withSpool { (spool) throws(StorageError) in
      do throws(StorageError) {
        let result = try body(spool)
        try spool.finish()
        return result
      } catch {
        try? spool.finish()
        throw error
      }
    }
  }
}
