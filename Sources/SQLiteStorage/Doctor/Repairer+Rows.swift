import Jobs
import Storage

// Curing rows: found on a snapshot, asked again behind the write lock, a few at a time.

extension Repairer {
  /// So many jobs are cured in one transaction; with their parts and the log of it some hundred rows.
  private static let jobsPerStep = 100
  /// So long one transaction goes on, in nanoseconds: payloads may be large.
  private static let stepTime: Int64 = 100_000_000

  mutating func quarantineUnreadable() throws(StorageError) {
    var after: Int64?
    while true {
      let found = try read { connection throws(SQLiteFailure) in
        try UnreadableJobs.next(after: after, limit: Self.jobsPerStep, on: connection)
      }
      guard !found.isEmpty else { return }
      let done = try step(found.map(\.id)) { [self] id, transaction throws(StorageError) in
        let reason = try transaction.sql { connection throws(SQLiteFailure) in
          try UnreadableJobs.reason(for: id, on: connection)
        }
        guard let reason else { return false }
        try Quarantine.take(
          job: id, Quarantine.Note(reason: reason, now: request.now), in: &transaction)
        try store.log(record("\(reason): put into quarantine", about: id), in: &transaction)
        return true
      }
      for job in found where done.jobs.contains(job.id) {
        noteLogged(
          Repair(.quarantined, "jobs", "job \(job.shown): \(job.reason)", remedy: Self.look))
      }
      after = done.last
    }
  }

  mutating func cureRows() throws(StorageError) {
    let found = try read { connection throws(SQLiteFailure) in try RowFlaw.found(on: connection) }
    for (flaw, count, first) in found {
      guard try cure(flaw) > 0 else { continue }
      let sentence = flaw.sentence(count, first: first)
      switch flaw.cure {
      case .quarantineJob, .quarantineRows:
        noteLogged(Repair(.quarantined, flaw.check, sentence, remedy: Self.look))
      case .set, .release: noteLogged(Repair(.mended, flaw.check, sentence))
      }
    }
  }

  /// Cures every row with a flaw.
  ///
  /// - Returns: of how many jobs.
  private func cure(_ flaw: RowFlaw) throws(StorageError) -> Int {
    var after: Int64?
    var count = 0
    while true {
      let ids = try read { connection throws(SQLiteFailure) in
        try flaw.jobs(after: after, limit: Self.jobsPerStep, on: connection)
      }
      guard !ids.isEmpty else { return count }
      let done = try step(ids) { [self] id, transaction throws(StorageError) in
        try cure(flaw, of: id, in: &transaction)
      }
      count += done.jobs.count
      after = done.last
    }
  }

  /// What one transaction did.
  private struct Step {
    /// The jobs that were cured.
    var jobs: [Int64] = []
    /// The last that was looked at.
    var last: Int64?
  }

  private func step(
    _ ids: [Int64], _ cure: (Int64, inout Transaction) throws(StorageError) -> Bool
  ) throws(StorageError) -> Step {
    guard !request.isDryRun else { return Step(jobs: ids, last: ids.last) }
    let step = try write { transaction throws(StorageError) in
      var step = Step()
      for id in ids {
        if try cure(id, &transaction) { step.jobs.append(id) }
        step.last = id
        guard !transaction.hasLasted(Self.stepTime) else { break }
      }
      return step
    }
    store.letOthersIn()
    return step
  }

  private func cure(
    _ flaw: RowFlaw, of id: Int64, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    let holds = try transaction.sql { connection throws(SQLiteFailure) in
      try flaw.holds(for: id, on: connection)
    }
    guard holds else { return false }
    let text = "\(flaw.table.noun) \(flaw.what)"
    let note = Quarantine.Note(reason: text, now: request.now)
    switch flaw.cure {
    case .quarantineJob: try Quarantine.take(job: id, note, in: &transaction)
    case .quarantineRows: try Quarantine.take(flaw, of: id, note, in: &transaction)
    case .set(let values):
      try transaction.change { connection throws(SQLiteFailure) in
        let update = try connection.prepare("UPDATE qctl_jobs SET \(values) WHERE id = ?1")
        update.bind(1, id)
        update.bind(2, request.now.milliseconds)
        try update.run()
      }
    case .release: try release(id, in: &transaction)
    }
    try store.log(record(text + flaw.cure.deed, about: id), in: &transaction)
    return true
  }

  /// Gives a job back that is in nobody's hands; it may have run, so it runs alone next.
  private func release(
    _ id: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    let job = try transaction.sql { connection throws(SQLiteFailure) in
      let row = try connection.prepare("SELECT \(JobRow.columns) FROM qctl_jobs WHERE id = ?1")
      row.bind(1, id)
      return try row.step() ? JobRow.readIfSound(row) : nil
    }
    guard let job else { return }
    try store.rescue(
      job, .started, reason: "in nobody's hands", at: request.now, in: &transaction)
  }

  /// Sets the kept counts right.
  mutating func recount() throws(StorageError) {
    // A number at the end of its range comes right in two additions.
    for _ in 0..<3 {
      let wrong = try read { connection throws(SQLiteFailure) in
        try KeptCounts.differences(on: connection)
      }
      guard !wrong.isEmpty else { return }
      for difference in wrong {
        let text = "queue \(difference.queue): kept counts differed from its jobs"
        if !request.isDryRun {
          try write { [self] transaction throws(StorageError) in
            try transaction.change { connection throws(SQLiteFailure) in
              try KeptCounts.add(difference, on: connection)
            }
            try store.log(record(text), in: &transaction)
          }
        }
        noteLogged(Repair(.mended, "counts", text))
      }
      guard !request.isDryRun else { return }
    }
  }

  static let look = "in the sqlite3 shell: SELECT reason, content FROM qctl_quarantine"
}

extension RowFlaw.Cure {
  /// For the log.
  fileprivate var deed: String {
    switch self {
    case .quarantineJob, .quarantineRows: ": put into quarantine"
    case .set: ": set right"
    case .release: ": given back"
    }
  }
}
