/// Who holds a unique key, and what becomes of a request for one that is held (design.md §7).
///
/// A key is held by at most one job of a queue. It is free as soon as that job is out of its scope or
/// gone, so nothing can block a key but a job that holds it (traps.md 5).
extension Job {
  /// Whether the scope of its key reaches as far as its present state; a live job may have lost it.
  package var mayHoldUniqueKey: Bool {
    switch uniqueScope {
    case .queued: !state.isTerminal && state != .active
    case .active: !state.isTerminal
    case .kept: true
    }
  }

  /// Whether the job is waiting again since a change, and has a unique key that it does not hold.
  ///
  /// Its store then lets it take the key if nobody has it; else the job goes on without.
  /// - Parameter before: the job before that change.
  package func comesBackWithoutKey(since before: Job) -> Bool {
    uniqueKey != nil && !holdsUniqueKey && !state.isTerminal && state != .active
      && (before.state == .active || before.state == .blocked)
  }
}

/// What a request does where another job holds its unique key.
package enum UniqueResolution: Equatable, Sendable {
  /// The holder is the answer.
  case existing
  /// The request is refused.
  case conflict
  /// The holder gives way: it is cancelled if it waits, and only loses its key if it has ended.
  case replace
  /// The new job waits for the holder, and takes the key when that gives it up.
  case queueAfter
}

extension NewJob {
  /// Lets the job wait for the one that holds its unique key, however that ends.
  package mutating func follow(_ holder: JobID) {
    if after.isEmpty { onParentFailure = .run }
    guard !after.contains(holder) else { return }
    after = (after + [holder]).sorted()
  }
}

extension Job {
  /// Whether the job runs once more after one that holds its unique key: it waits, and has the same key.
  ///
  /// - Parameter new: a request for the key.
  package func isFollower(for new: NewJob) -> Bool {
    state == .blocked && !holdsUniqueKey && uniqueKey == new.uniqueKey && queue == new.queue
  }
}

extension UniqueConflict {
  /// What follows against the job that holds the key.
  package func resolution(against holder: Job) -> UniqueResolution {
    switch self {
    case .ignore: .existing
    case .fail: .conflict
    case .replace: holder.state == .active ? .conflict : .replace
    case .after: holder.state == .active ? .queueAfter : .existing
    }
  }
}
