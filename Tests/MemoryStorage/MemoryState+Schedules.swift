import Jobs
import Storage

extension MemoryState {
  mutating func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    do { try request.schedule.rule.validate() } catch { throw .invalid(error) }
    let name = request.schedule.name
    let (outcome, schedule) = request.outcome(for: schedules[name])
    schedules[name] = schedule
    if let record = request.record(outcome) { log.append(record) }
    return outcome
  }

  mutating func remove(_ request: ScheduleRequest) -> [Bool] {
    request.names.map { name in
      guard let schedule = schedules.removeValue(forKey: name) else { return false }
      log.append(
        LogRecord(
          .scheduleRemoved, at: request.now, schedule: schedule, actor: request.actor,
          reason: request.reason))
      return true
    }
  }

  mutating func setPaused(_ request: PauseScheduleRequest) -> Bool? {
    guard let schedule = schedules[request.name] else { return nil }
    guard schedule.isPaused != request.paused else { return false }
    schedules[request.name] = schedule.switched(by: request)
    log.append(request.record(of: schedule))
    return true
  }

  mutating func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    guard let schedule = schedules[request.seen.name], schedule.isStill(request.seen) else {
      return .changedMeanwhile
    }
    var last = schedule.lastJob.flatMap { id in
      jobs[id].map { !$0.job.state.isTerminal } == true ? id : nil
    }
    var made: [JobID] = []
    for job in request.jobs(lastIsLive: last != nil) {
      do throws(StorageError) {
        checksDepth = false
        defer { checksDepth = true }
        let id = try enqueue(request.queued(job, behind: last), at: request.now).id
        made.append(id)
        last = id
      } catch {
        guard case .keyConflict = error else { throw error }
      }
    }
    let skipped = request.due.ticks.count - made.count
    log += request.records(skipped: skipped, lastJob: last)
    schedules[schedule.name] = schedule.advanced(by: request.due, lastJob: made.last)
    return .fired(made, skipped: skipped)
  }
}
