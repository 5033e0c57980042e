import Jobs

/// What a filter says that a job's place can answer, so that files are only read where they must be.
struct NameFilter {
  private let filter: JobFilter
  private let now: Instant
  private let ids: Set<JobID>

  init(_ filter: JobFilter, at now: Instant) {
    self.filter = filter
    self.now = now
    ids = Set(filter.ids)
  }

  /// Whether a place answers everything that the filter asks.
  var isDecisive: Bool {
    filter.types.isEmpty && filter.errors.isEmpty && !filter.needsDetail
      && filter.olderThan == nil && filter.newerThan == nil && filter.replays == nil
      && filter.errorGroups.isEmpty
  }

  /// Whether jobs of a queue may be selected.
  func accepts(_ queue: QueueName) -> Bool { filter.queues.accepts { $0 == queue } }

  /// Whether jobs that are stored in a state may be selected.
  func accepts(_ state: JobState) -> Bool {
    isShown(state) || state.waitsForTime && isShown(.ready)
  }

  private func isShown(_ state: JobState) -> Bool { filter.states.accepts { $0 == state } }

  /// Whether a job may be selected; one that may not be surely isn't.
  func accepts(_ place: JobPlace) -> Bool {
    let name = place.name
    return (ids.isEmpty || ids.contains(name.id)) && accepts(place.queue)
      && isShown(place.effectiveState(at: now))
      && filter.priorities.accepts { $0 == name.priority }
      && (filter.attempts.map { $0.contains(name.attempt) } ?? true) && mayBeOfAge(place)
  }

  private func mayBeOfAge(_ place: JobPlace) -> Bool {
    guard filter.ageOrigin == .death, place.state.isTerminal else { return true }
    let age = now.since(place.name.time)
    return (filter.olderThan.map { age >= $0 } ?? true)
      && (filter.newerThan.map { age <= $0 } ?? true)
  }
}

extension JobPlace {
  /// The state as people are shown it.
  func effectiveState(at now: Instant) -> JobState {
    state.waitsForTime && name.time <= now ? .ready : state
  }
}
