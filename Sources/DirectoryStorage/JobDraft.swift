import Jobs
import Storage

/// The file of a job that another store kept: the header as if it were accepted now, with the payload
/// as it is, and a history that tells what the other store knew, a line for each attempt and each action
/// of an operator, and one for how the job stands.
struct JobDraft {
  let bytes: [UInt8]
  /// Where the latest line of the history begins; 0 for none.
  let revision: Int64
  /// Whether the job is in another queue than the one for which it was accepted.
  let isElsewhere: Bool
  /// Whether the header has lines that an older qctl does not know.
  let isNewToFormat2: Bool

  init(_ detail: JobDetail, at now: Instant) {
    var accepted = detail.job
    accepted.queue = detail.acceptedQueue
    isElsewhere = accepted.queue != detail.job.queue
    isNewToFormat2 = accepted.isNewToFormat2
    var bytes = JobHeader.file(
      accepted, tags: detail.tags, after: detail.after, payload: detail.payload)
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
    entries += detail.actions.map {
      JobEntry(previous: 0, at: $0.at, standing: nil, execution: nil, action: $0)
    }
    guard !entries.isEmpty || detail.result != nil || hasPast(detail.job) else { return [] }
    var standing = Standing(detail.job)
    if detail.acceptedQueue != detail.job.queue { standing.queue = detail.job.queue }
    entries.append(
      JobEntry(
        previous: 0, at: detail.job.finishedAt ?? now, standing: standing, execution: nil,
        result: detail.result.map { .set($0) } ?? .unchanged))
    return entries
  }

  /// Whether something about a job is told by neither header nor name.
  private static func hasPast(_ job: Job) -> Bool {
    job.startedAt != nil || job.finishedAt != nil || job.failures != 0 || job.crashes != 0
      || job.replays != 0 || job.worker != nil || job.error != nil
  }
}

extension JobDetail {
  /// The queue for which the job was accepted, which the first move out of it tells.
  var acceptedQueue: QueueName {
    actions.lazy.compactMap(\.fromQueue).first ?? job.queue
  }
}
