import Jobs

/// A job as it was found: where, and what its file and name say.
struct StoredJob {
  /// The job; its state and queue are those of its place.
  var job: Job
  var tags: [Tag]
  /// Where the file is.
  var place: JobPlace
  /// The queue for which it was accepted.
  let acceptedQueue: QueueName
  /// Where in the file the payload is.
  var payload: PayloadPlace
  /// The jobs, and batches, that it was enqueued to wait for.
  var after: [JobID] = []
}

extension StoredJob {
  /// Whether it is giving way to another, or was when somebody died: it waits, and is asked to stop.
  var isYielding: Bool {
    job.cancelRequested && job.state != .active && !job.state.isTerminal
  }
}

/// Where in a job's file its payload is.
enum PayloadPlace: Equatable {
  /// Behind the header, from one byte on, so many.
  case accepted(start: Int, count: Int)
  /// In a line of the history, since an operator changed it.
  case edited(PayloadLine)

  /// The line that has it.
  var line: PayloadLine? { if case .edited(let line) = self { line } else { nil } }
}

extension StoredJob {
  /// Joins what the file says with what name and folder say, which is newer.
  ///
  /// - Parameters:
  ///   - standing: the latest line of the history; `nil` where there is none.
  ///   - payload: where that line says that the payload is; `nil` where the header has it.
  init(_ header: JobHeader, _ standing: Standing?, payload: PayloadLine?, at place: JobPlace) {
    var job = header.job
    standing?.apply(to: &job)
    let name = place.name
    job.queue = place.queue
    job.state = place.state
    job.priority = name.priority
    job.attempt = name.attempt
    job.marked = name.isMarked
    job.holdsUniqueKey = name.holdsKey
    job.cancelRequested = name.isCancelRequested
    if place.state == .active {
      let holder = Holder(folder: SplitPath(place.folder).name)
      job.startedAt = name.time
      job.token = name.token
      job.leaseUntil = name.leaseUntil
      job.presence = holder?.presence
      job.worker = holder?.worker
    }
    self.init(
      job: job, tags: header.tags, place: place, acceptedQueue: header.job.queue,
      payload: payload.map { .edited($0) }
        ?? .accepted(start: header.payloadStart, count: header.payloadCount),
      after: header.after)
  }
}
