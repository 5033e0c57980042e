import Jobs
import Storage

/// The jobs that were read from a source and are not in the store yet.
struct BulkBuffer {
  private(set) var jobs: [NewJob] = []
  private let staging: BulkStaging
  /// How many were read before these.
  private var earlier = 0

  init(_ staging: BulkStaging) {
    self.staging = staging
  }

  /// Reads and checks the next jobs.
  ///
  /// - Returns: whether the source ended.
  mutating func fill(
    from source: () throws(BulkSourceError) -> NewJob?
  ) throws(BulkError) -> Bool {
    earlier += jobs.count
    jobs.removeAll(keepingCapacity: true)
    var bytes = 0
    while jobs.count < staging.rows, bytes < staging.bytes {
      guard let job = try next(source) else { return true }
      bytes += job.payload.count
      jobs.append(job)
    }
    return false
  }

  private func next(
    _ source: () throws(BulkSourceError) -> NewJob?
  ) throws(BulkError) -> NewJob? {
    let job: NewJob?
    do { job = try source() } catch { throw .source }
    guard let job else { return nil }
    do {
      try job.validate()
      return job
    } catch {
      throw .job(index: earlier + jobs.count, .invalid(error))
    }
  }
}
