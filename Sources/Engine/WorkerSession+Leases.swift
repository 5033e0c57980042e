import Jobs
import Storage

/// Keeping the right to running jobs, and noticing when it is gone.
///
/// This comes before everything else in a turn: a worker that was stopped for too long first asks
/// whether its jobs are still its own.
extension WorkerSession {
  func keepHold(_ now: Tick) {
    if presence != nil { keepPresence() }
    guard !slots.isEmpty else { return }
    if presence == nil, nextRenewal <= now {
      renew(slots.running, now)
    } else if nextCancelCheck <= now {
      nextCancelCheck = now + configuration.cancelCheck
      let running = slots.running
      // A failure shows again in the next renewal or settlement, which deal with it.
      let statuses = try? store.status(of: running.map(\.claimed.lease))
      obey(statuses ?? [], of: running, now)
    }
    if presence == nil { leaveInTime(now) }
  }

  private func leaveInTime(_ now: Tick) {
    let running = slots.running
    for job in running where leaveBy(job) <= now {
      let reason = RunningJob.Stop.release(reason: "lease could not be renewed")
      job.stop(reason, killAfter: configuration.killAfter, at: now)
    }
  }

  /// When a handler must be stopped so that it is surely gone when the lease ends.
  func leaveBy(_ job: RunningJob) -> Tick {
    guard job.stop == nil, presence == nil else { return Tick(nanoseconds: .max) }
    let margin = min(
      configuration.killAfter.milliseconds.addingClamped(1000),
      configuration.lease.milliseconds / 2)
    return job.leaseEnd + TimeSpan(milliseconds: -margin)
  }

  /// A job begins to run: the first one sets the times of the calls for all.
  func expectRenewal(from now: Tick) {
    guard slots.isEmpty else { return }
    nextRenewal = now + configuration.renewal
    nextCancelCheck = now + configuration.cancelCheck
  }

  private func renew(_ running: [RunningJob], _ now: Tick) {
    let wall = clock.wall()
    do {
      let statuses = try store.renew(
        running.map(\.claimed.lease), until: wall + configuration.lease, at: wall)
      recovered()
      nextRenewal = now + configuration.renewal
      nextCancelCheck = now + configuration.cancelCheck
      for job in running { job.leaseEnd = now + configuration.lease }
      obey(statuses, of: running, now)
    } catch {
      nextRenewal = now + TimeSpan.seconds(1)
      failed(error, at: now)
    }
  }

  private func obey(_ statuses: [LeaseStatus], of running: [RunningJob], _ now: Tick) {
    for (job, status) in zip(running, statuses) {
      switch status {
      case .held: continue
      case .cancelRequested: job.stop(.cancel, killAfter: configuration.killAfter, at: now)
      case .lost: job.stop(.lost, killAfter: configuration.killAfter, at: now)
      }
    }
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
