import Jobs
import PosixIO
import Storage

extension Spool {
  /// Ends a lease as its settlement says.
  ///
  /// A lease that is over but not rescued still counts: its name is still there.
  func settle(_ settlement: Settlement, at now: Instant) throws(StorageError) -> SettleOutcome {
    // A rename that is asked to stop between our look and ours makes us look again.
    for look in 0..<Self.mostLooks {
      guard let before = try holder(of: settlement.lease, isChecked: look > 0) else { break }
      if let outcome = try settle(settlement, before, at: now) { return outcome }
    }
    try leaseLost(settlement, at: now)
    return .leaseLost
  }

  private static let mostLooks = 8

  private func settle(
    _ settlement: Settlement, _ before: StoredJob, at now: Instant
  ) throws(StorageError) -> SettleOutcome? {
    var job = before.job
    var policy: Backoff?
    if settlement.needsPolicy(for: job) {
      policy = try settings(of: job.queue).settings.defaults.backoff
    }
    do {
      try job.apply(settlement.event(for: job, policy: policy, random: random), at: now)
    } catch { return nil }
    // Given back before it started: as if it had not been claimed, but for the number.
    let isQuiet = settlement.verdict == .putBack && job.state != .cancelled
    var change = JobChange(before: before, after: job)
    if !isQuiet { change.execution = settlement.attempt(of: before.job, at: now) }
    if case .complete(let result) = settlement.verdict { change.result = .set(result) }
    guard let stored = try changeTakingKey(change, at: now) else { return nil }
    held[job.id] = nil
    ended(before.job, stored)
    if let execution = change.execution {
      unlogged.append(execution.record(stored.job, stored.tags, reason: settlement.reason))
    }
    return .settled(job.state)
  }

  /// What follows once a job is terminal.
  func ended(_ before: Job, _ stored: StoredJob) {
    guard stored.job.state.isTerminal, before.holdsUniqueKey, !stored.job.holdsUniqueKey else {
      return
    }
    freed.append(stored)
  }

}

// MARK: - Leases that are lost

extension Spool {
  /// Tells that somebody came too late.
  private func leaseLost(_ settlement: Settlement, at now: Instant) throws(StorageError) {
    let stored = try locate(settlement.lease.id).flatMap { (place) throws(StorageError) in
      try read(place)
    }
    unlogged.append(settlement.leaseLost(stored?.job, at: now))
  }
}

// MARK: - Leases

extension Spool {
  /// Extends a valid lease; one that is asked to stop too, since stopping takes time.
  func renew(
    _ lease: Lease, until: Instant, at now: Instant
  ) throws(StorageError) -> LeaseStatus {
    for _ in 0..<Self.mostLooks {
      guard var stored = try holder(of: lease) else { break }
      let status: LeaseStatus = stored.job.cancelRequested ? .cancelRequested : .held
      // A sign of life needs no renewal.
      guard stored.job.presence == nil else { return status }
      let before = stored.place
      stored.job.leaseUntil = until
      stored.place = JobPlace(
        of: stored.job, revision: before.name.revision, isEdited: before.name.isEdited)
      guard before != stored.place else { return status }
      if try move(before.path, to: stored.place) {
        touched(stored.place.folder)
        if held[lease.id] != nil { hold(stored) }
        return status
      }
    }
    try leaseLost(Settlement(lease, .putBack), at: now)
    return .lost
  }

  /// What stands of a lease.
  func status(of lease: Lease) throws(StorageError) -> LeaseStatus {
    guard let stored = try holder(of: lease) else { return .lost }
    return stored.job.cancelRequested ? .cancelRequested : .held
  }
}
