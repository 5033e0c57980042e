package import Jobs

/// How a job or a batch stands, for those that wait for it (design.md §7, "Dependencies").
package enum ParentStand: Equatable, Sendable {
  /// It has not ended.
  case live
  /// It is completed; a batch, when all its jobs are.
  case completed
  /// It is dead or cancelled; of a batch, some job is.
  case failed(word: String)
  /// It was removed, so that nobody can bring it back.
  case removed

  /// How a job stands.
  package init(_ state: JobState) {
    switch state {
    case .completed: self = .completed
    case .dead, .cancelled: self = .failed(word: "is " + state.rawValue)
    case .scheduled, .ready, .active, .retrying, .blocked: self = .live
    }
  }
}

/// What a parent's stand means for one that waits for it.
package enum ParentEffect: Equatable, Sendable {
  /// It goes on waiting.
  case none
  /// It need not wait for this one any more.
  case released
  /// It is cancelled, for this reason.
  case abandoned(reason: String)
}

extension ParentStand {
  /// What follows for a job that waits for `parent`, by its rule.
  ///
  /// Of a parent that was removed nobody knows how it would have ended: one that runs all the same runs,
  /// and no other may wait for ever.
  package func effect(by rule: ParentFailure, parent: JobID) -> ParentEffect {
    switch (self, rule) {
    case (.live, _), (.failed, .hold): .none
    case (.completed, _), (.failed, .run), (.removed, .run): .released
    case (.failed(let word), .cancel): .abandoned(reason: "its parent \(parent) \(word)")
    case (.removed, .hold), (.removed, .cancel):
      .abandoned(reason: "its parent \(parent) was removed")
    }
  }
}

extension NewJob {
  /// The parents that it names, lowest id first, each once.
  ///
  /// - Parameter labelled: the jobs of the same bulk by the numbers they were given.
  package func parents(_ labelled: [Int: JobID]) -> [JobID] {
    guard !after.isEmpty || !afterLabels.isEmpty else { return [] }
    return Set(after + afterLabels.compactMap { labelled[$0] }).sorted()
  }
}

extension LogRecord {
  /// What the log keeps of a job whose parents have ended so that it may run, or must not.
  ///
  /// - Parameter job: as it is afterwards.
  package static func afterParents(_ job: Job, _ tags: [Tag], at now: Instant) -> LogRecord {
    let isAbandoned = job.state == .cancelled
    var record = LogRecord(isAbandoned ? .abandoned : .unblocked, at: now, job: job, tags: tags)
    if isAbandoned { record.reason = job.error }
    return record
  }
}

/// How many of those that wait are looked at in one step, so that no write transaction grows long.
package enum ParentStep {
  package static let largest = 500
}
