import Jobs

/// A job as it was found: where, and what its file and name say.
struct StoredJob {
  /// The job; its state is that of its place.
  var job: Job
  var tags: [Tag]
  /// Where the file is.
  var place: JobPlace
  /// Where in the file the payload is, in bytes.
  let payloadStart: Int
  let payloadCount: Int
}

extension StoredJob {
  /// Joins what the file says with what name and folder say, which is newer.
  ///
  /// - Parameter standing: the latest line of the history; `nil` where there is none.
  init(_ header: JobHeader, _ standing: Standing?, at place: JobPlace) {
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
      job: job, tags: header.tags, place: place, payloadStart: header.payloadStart,
      payloadCount: header.payloadCount)
  }
}
