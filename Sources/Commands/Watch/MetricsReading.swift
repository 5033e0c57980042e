import Engine
import Jobs
import Storage

/// Reads what `metrics` tells: kept counts, the files of workers, and one job for each schedule.
enum MetricsReading {
  static func metrics(
    of store: any StorageAdapter, version: String, at now: Instant
  ) throws(StorageError) -> StoreMetrics {
    var metrics = StoreMetrics(version: version, now: now)
    metrics.queues = try store.queues(at: now)
    if store.capabilities[.minutes] == .full { metrics.meters = try store.meters() }
    if let place = store.meetingPlace {
      metrics.workers = WorkerCensus(at: place).workers(of: metrics.queues.map(\.queue))
    }
    if store.capabilities[.schedules] == .full {
      metrics.lastSuccesses = try lastSuccesses(of: store)
    }
    return metrics
  }

  private static func lastSuccesses(
    of store: any StorageAdapter
  ) throws(StorageError) -> [ScheduleName: Instant] {
    var times: [ScheduleName: Instant] = [:]
    for schedule in try store.schedules() {
      guard let id = schedule.lastJob, let job = try store.job(id)?.job, job.state == .completed
      else { continue }
      times[schedule.name] = job.finishedAt
    }
    return times
  }
}
