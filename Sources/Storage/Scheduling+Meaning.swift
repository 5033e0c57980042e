package import Jobs

// What every store does alike with its schedules.

extension Schedule {
  /// Whether ticks that were computed for `seen` still are its own.
  package func isStill(_ seen: Schedule) -> Bool {
    next == seen.next && isPaused == seen.isPaused && createdAt == seen.createdAt
      && rule == seen.rule
  }

  /// The schedule after a new rule was put in its place.
  package func replaced(by new: Schedule) -> Schedule {
    guard rule.hasTiming(of: new.rule) else {
      var changed = new
      (changed.isPaused, changed.last, changed.lastJob) = (isPaused, last, lastJob)
      return changed
    }
    var changed = self
    changed.rule = new.rule
    return changed
  }

  /// The schedule after its ticks were dealt with.
  package func advanced(by due: DueTicks, lastJob job: JobID?) -> Schedule {
    var after = self
    after.next = due.next
    after.last = due.latest ?? last
    after.lastJob = job ?? lastJob
    return after
  }

  /// The schedule after a pause began or ended.
  package func switched(by request: PauseScheduleRequest) -> Schedule {
    var after = self
    after.isPaused = request.paused
    if !request.paused { after.next = request.next }
    return after
  }
}

extension LogRecord {
  /// A record about a schedule.
  package init(
    _ event: Event, at timestamp: Instant, schedule: Schedule, actor: String? = nil,
    reason: String? = nil
  ) {
    self.init(event, at: timestamp)
    queue = schedule.rule.job.queue
    jobType = schedule.rule.job.type
    self.schedule = schedule.name
    self.actor = actor
    self.reason = reason
  }
}

extension FireRequest {
  /// What the log keeps of ticks that got no job.
  ///
  /// - Parameter skipped: how many came while a job still lived.
  package func records(skipped: Int, lastJob: JobID?) -> [LogRecord] {
    var records: [LogRecord] = []
    if due.missed > 0 {
      var record = LogRecord(
        .tickMissed, at: now, schedule: seen,
        reason: "nobody was there to fire; catchup is \(seen.rule.catchup.rawValue)")
      record.planned = due.missed
      records.append(record)
    }
    if skipped > 0 {
      var record = LogRecord(
        .tickSkipped, at: now, schedule: seen, reason: "the job of the tick before still lives")
      record.jobID = lastJob
      record.planned = Int64(skipped)
      records.append(record)
    }
    return records
  }
}

extension FireRequest {
  /// The jobs of the ticks, oldest first, without what they wait for.
  ///
  /// - Parameter lastIsLive: whether the schedule's last job is there and has not ended.
  /// - Returns: none where the ticks are skipped.
  package func jobs(lastIsLive: Bool) -> [NewJob] {
    guard seen.rule.overlap != .skip || !lastIsLive else { return [] }
    return due.ticks.map { seen.job(at: $0) }
  }

  /// Has a job wait for the one before, where no two of them may run at once.
  ///
  /// Those that one firing makes wait for each other with `skip` too: what is made up for is neither
  /// lost nor run all at once.
  ///
  /// - Parameter before: the live job of the tick before, if there is one.
  package func queued(_ job: NewJob, behind before: JobID?) -> NewJob {
    guard let before, seen.rule.overlap != .allow else { return job }
    var job = job
    job.after = [before]
    job.onParentFailure = .run
    return job
  }
}

extension PutScheduleRequest {
  /// What becomes of the schedule that is there under the name, if one is.
  package func outcome(for found: Schedule?) -> (outcome: PutScheduleOutcome, schedule: Schedule) {
    guard let found else { return (.added, schedule) }
    if found.rule == schedule.rule { return (.unchanged, found) }
    guard replaces else { return (.exists, found) }
    return (.replaced, found.replaced(by: schedule))
  }

  /// What the log keeps of it.
  package func record(_ outcome: PutScheduleOutcome) -> LogRecord? {
    let event: LogRecord.Event
    switch outcome {
    case .added: event = .scheduleAdded
    case .replaced: event = .scheduleChanged
    case .unchanged, .exists: return nil
    }
    var record = LogRecord(event, at: now, schedule: schedule, actor: actor, reason: reason)
    record.verb = "schedule add"
    return record
  }
}

extension PauseScheduleRequest {
  /// What the log keeps of it.
  package func record(of schedule: Schedule) -> LogRecord {
    LogRecord(
      paused ? .schedulePaused : .scheduleResumed, at: now, schedule: schedule, actor: actor,
      reason: reason)
  }
}
