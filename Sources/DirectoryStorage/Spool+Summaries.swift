import Jobs
import Storage

extension Spool {
  /// Every known queue, by name; counted from names alone.
  func summaries(at now: Instant) throws(StorageError) -> [QueueSummary] {
    try shelves().map { (shelves) throws(StorageError) in try summary(of: shelves, at: now) }
  }

  /// Those whose names begin with a text, at most so many: the others' folders are not opened.
  ///
  /// Of many the jobs are not counted.
  func summaries(
    at now: Instant, beginningWith prefix: String, most: Int
  ) throws(StorageError) -> [QueueSummary] {
    let wanted = try shelves(beginningWith: prefix).prefix(most)
    return try wanted.map { (shelves) throws(StorageError) in
      guard wanted.count <= Self.mostCounted else { return QueueSummary(queue: shelves.queue) }
      return try summary(of: shelves, at: now)
    }
  }

  private static let mostCounted = 20

  private func summary(
    of shelves: QueueShelves, at now: Instant
  ) throws(StorageError) -> QueueSummary {
    var summary = QueueSummary(queue: shelves.queue)
    for state in JobState.allCases {
      for folder in try folders(of: state, in: shelves) { try count(folder, &summary, at: now) }
    }
    guard let pause = try settings(of: shelves.queue).pause(at: now) else { return summary }
    summary.paused = true
    summary.pausedUntil = pause.until
    summary.pauseReason = pause.reason
    return summary
  }

  private func count(
    _ folder: JobFolder, _ summary: inout QueueSummary, at now: Instant
  ) throws(StorageError) {
    for place in try jobs(in: folder) {
      let state = place.effectiveState(at: now)
      summary.counts[state, default: 0] += 1
      guard state == .ready else { continue }
      summary.oldestReady = min(summary.oldestReady ?? place.name.time, place.name.time)
    }
  }
}
