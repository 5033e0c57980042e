import Jobs
import Storage

/// What tidying found among the ended jobs of a state, so that it need not look at all of them each
/// time.
struct JobExpiry {
  /// A job whose time is over.
  struct Due {
    /// For how long it was kept.
    let span: TimeSpan
    let place: JobPlace

    /// The order in which jobs go: shortest kept first, then by (finished_at, id).
    static func isBefore(_ left: Due, _ right: Due) -> Bool {
      (left.span, left.place.name.time, left.place.name.id)
        < (right.span, right.place.name.time, right.place.name.id)
    }
  }

  /// The rules that were in force.
  let rules: [QueueName: Keep]
  /// When it looked.
  let now: Instant
  /// When it looked at everything.
  let since: Instant
  /// What is over and not yet removed, in order.
  var due: ArraySlice<Due> = []
  /// Whether more is over than `due` holds.
  var isCut = false
  /// Before this nothing else is over.
  var next: Instant
  /// When the first job of a folder may be over, by the folder's path, where that was looked up.
  var ends: [String: Instant] = [:]

  /// How far the clock may have been set back when a job ended, without our overlooking it.
  static let slack = TimeSpan.hours(2)
  /// For so long nobody looks at everything again, since jobs may come from another store that ended
  /// long ago.
  private static let trust = TimeSpan.hours(1)
  /// So many jobs are remembered as over.
  static let most = 20_000

  /// Whether what is remembered can stand for another look.
  func stands(at now: Instant, _ rules: [QueueName: Keep]) -> Bool {
    guard isTrusted(at: now, rules) else { return false }
    guard due.isEmpty else { return isCut || now == self.now }
    return !isCut && now < next
  }

  /// Whether the ends of folders that were looked up are those still.
  fileprivate func isTrusted(at now: Instant, _ rules: [QueueName: Keep]) -> Bool {
    self.rules == rules && now >= self.now && now < since + Self.trust
  }
}

extension Spool {
  /// The rules for jobs of a state in each queue.
  func rules(
    for state: JobState, in shelves: [QueueShelves]
  ) throws(StorageError) -> [QueueName: Keep] {
    var rules: [QueueName: Keep] = [:]
    let all = try self.rules()
    for shelf in shelves {
      rules[shelf.queue] = try settings(of: shelf.queue).settings.retention.over(all).keep(state)
    }
    return rules
  }

  /// Looks for ended jobs whose time is over, by names, in folders that may hold some.
  func look(
    forEnded state: JobState, in shelves: [QueueShelves], _ rules: [QueueName: Keep],
    at now: Instant
  ) throws(StorageError) -> JobExpiry {
    let known = memory.expiry[state].flatMap { $0.isTrusted(at: now, rules) ? $0 : nil }
    var found = JobExpiry(
      rules: rules, now: now, since: known?.since ?? now, next: now + Retention.standard(state))
    for shelf in shelves {
      guard case .span(let span)? = rules[shelf.queue] else { continue }
      // Nothing that ends from now on is over before this.
      found.next = min(found.next, now + span - JobExpiry.slack)
      for folder in try folders(of: state, in: shelf) {
        try look(into: folder, span, known?.ends[folder.path], &found)
      }
    }
    found.cut(isLast: true)
    return found
  }

  private func look(
    into folder: JobFolder, _ span: TimeSpan, _ known: Instant?, _ found: inout JobExpiry
  ) throws(StorageError) {
    // A job does not end before it begins.
    var end = known ?? (folder.time ?? found.now) + span - JobExpiry.slack
    guard end <= found.now else { return found.note(known, end, folder.path) }
    end = found.now + span - JobExpiry.slack
    var hasDue = false
    for place in try jobs(in: folder) {
      guard place.name.time + span > found.now else {
        found.add(JobExpiry.Due(span: span, place: place))
        hasDue = true
        continue
      }
      end = min(end, place.name.time + span)
    }
    found.note(hasDue ? nil : end, end, folder.path)
  }
}

extension JobExpiry {
  fileprivate mutating func note(_ known: Instant?, _ end: Instant, _ folder: String) {
    if let known { ends[folder] = known }
    next = min(next, end)
  }

  fileprivate mutating func add(_ job: Due) {
    due.append(job)
    if due.count > 2 * Self.most { cut(isLast: false) }
  }

  fileprivate mutating func cut(isLast: Bool) {
    guard isLast || due.count > Self.most else { return }
    let sorted = due.sorted(by: Due.isBefore)
    isCut = isCut || sorted.count > Self.most
    due = sorted.prefix(Self.most)
  }
}
