import Jobs
import Storage

/// The file of a job that another store kept: the header as if it were accepted now, and a history
/// that tells what the other store knew, a line for each attempt and one for how the job stands.
struct JobDraft {
  let bytes: [UInt8]
  /// Where the latest line of the history begins; 0 for none.
  let revision: Int64

  init(_ detail: JobDetail, at now: Instant) {
    var bytes = JobHeader.file(detail.job, tags: detail.tags, payload: detail.payload)
    var revision: Int64 = 0
    for entry in Self.entries(of: detail, at: now) {
      var entry = entry
      entry.previous = revision
      revision = Int64(bytes.count) + 1
      bytes += entry.line
    }
    self.bytes = bytes
    self.revision = revision
  }

  private static func entries(of detail: JobDetail, at now: Instant) -> [JobEntry] {
    var entries = detail.attempts.map {
      JobEntry(previous: 0, at: $0.finishedAt, standing: nil, execution: $0)
    }
    guard !entries.isEmpty || detail.result != nil || hasPast(detail.job) else { return [] }
    entries.append(
      JobEntry(
        previous: 0, at: detail.job.finishedAt ?? now, standing: Standing(detail.job),
        execution: nil, result: detail.result.map { .set($0) } ?? .unchanged))
    return entries
  }

  /// Whether something about a job is told by neither header nor name.
  private static func hasPast(_ job: Job) -> Bool {
    job.startedAt != nil || job.finishedAt != nil || job.failures != 0 || job.crashes != 0
      || job.replays != 0 || job.worker != nil || job.error != nil
  }
}
