import DirectoryStorage
import Jobs
import Storage

/// Judges what a store shows after a power cut against what was promised before it.
struct CrashVerdict {
  let workload: CrashWorkload
  /// The last call that had returned.
  let returned: Int

  /// The first thing that is wrong; `nil` where nothing is.
  ///
  /// - Parameter isThorough: whether the store must also answer requests again and be worked off.
  func trouble(in state: DiskState, seed: UInt64, isThorough: Bool) throws -> String? {
    if let trouble = names(in: state) ?? format(in: state) { return trouble }
    let tree = SimulatedTree(state)
    let store = CrashWorkload.open(tree, seed: seed &+ 1)
    // Where one job was taking another's place, somebody must come to end that.
    if Self.isReplacing(state) {
      _ = try store.repair(RepairRequest(actor: "ann", now: workload.now))
    }
    let found = try CrashWorkload.snapshot(of: store, at: workload.now)
    if let trouble = jobs(found) ?? keys(found) { return trouble }
    guard isThorough else { return nil }
    return try requests(store, found) ?? counts(store, found) ?? work(store, found)
  }

  private static func isReplacing(_ state: DiskState) -> Bool {
    state.files.contains { path in
      let parts = path.prefix { $0 != " " }.split(separator: "/")
      if path.hasPrefix("keys/") {
        return state.bytes(of: parts.joined(separator: "/")).contains("\"replaces\"".utf8)
      }
      return path.hasPrefix("queues/") && parts.count > 3 && parts[2] == "scheduled"
        && parts.last?.contains("-c") == true
    }
  }

  /// Each job has one name.
  private func names(in state: DiskState) -> String? {
    var seen: [Substring: String] = [:]
    for path in state.files where path.hasPrefix("queues/") || path.hasPrefix("bulks/") {
      guard let name = path.split(separator: "/").last, name.utf8.count > 40 else { continue }
      let id = name.dropFirst(21).prefix(13)
      if let other = seen[id] { return "two names: \(path), \(other)" }
      seen[id] = path
    }
    return nil
  }

  /// No job that an older qctl would take for what it was is in a store that one would open.
  private func format(in state: DiskState) -> String? {
    if state.bytes(of: "format").contains("format 3\n".utf8) { return nil }
    for path in state.files where path.hasPrefix("queues/") || path.hasPrefix("bulks/") {
      let parts = path.prefix { $0 != " " }.split(separator: "/")
      guard let name = parts.last, name.utf8.count > 40 else { continue }
      let queue = parts[parts[0] == "bulks" ? 3 : 1]
      let bytes = state.bytes(of: parts.joined(separator: "/"))
      guard !name.hasSuffix("-e"), bytes.contains("\nqueue: \(queue)\n".utf8) else {
        return "\(path) is in a store of an older format"
      }
    }
    return nil
  }

  /// Every job, its queue and its payload among the rest, is as it was promised to be, or as the call
  /// under way may have made it.
  private func jobs(_ found: CrashWorkload.Snapshot) -> String? {
    let before = workload.snapshots[returned]
    let after = returned + 1 < workload.snapshots.count ? workload.snapshots[returned + 1] : before
    for id in Set(before.keys).union(after.keys).union(found.keys) {
      guard let detail = found[id] else {
        guard before[id] != nil, after[id] != nil else { continue }
        return "\(id) is lost"
      }
      guard before[id] != nil || after[id] != nil else { return "\(id) is back from nowhere" }
      let allowed = versions(of: id)
      guard
        allowed.contains(detail) || isAside(detail, before[id], after[id])
          || isGone(detail, after[id])
      else {
        return "\(id) is \(detail)\nallowed: \(allowed.map { "\($0)" }.joined(separator: "\n"))"
      }
    }
    return nil
  }

  /// Whether a job was just giving way to a new one, and stays, since that never was: it has its key, and
  /// runs a minute later.
  private func isAside(_ found: JobDetail, _ before: JobDetail?, _ after: JobDetail?) -> Bool {
    guard var expected = before, let after, after.job.uniqueKey != nil, !after.job.holdsUniqueKey,
      found.job.runAt <= workload.now + .minutes(1) || found.job.runAt == expected.job.runAt
    else { return false }
    let isReplaced =
      after.job.state == .cancelled && after.actions.last?.actor == "enqueue"
      || after.job.state == expected.job.state
    guard isReplaced, expected.job.holdsUniqueKey else { return false }
    if !expected.job.state.isTerminal {
      expected.job.state = found.job.state == .ready ? .ready : .scheduled
      expected.job.runAt = found.job.runAt
    }
    return expected == found
  }

  /// Whether a job has given way as it would have, but later, by somebody else's hand.
  private func isGone(_ found: JobDetail, _ after: JobDetail?) -> Bool {
    guard var expected = after, expected.job.state == .cancelled,
      expected.actions.last?.actor == "enqueue", let last = found.actions.last,
      last.reason == expected.actions.last?.reason
    else { return false }
    (expected.job.finishedAt, expected.job.runAt) = (found.job.finishedAt, found.job.runAt)
    expected.actions[expected.actions.count - 1] = last
    return expected == found
  }

  /// How a job may be: as after the call under way, as before it, and, since neither a claim nor a
  /// promotion waits for the disk, as before those.
  private func versions(of id: JobID) -> [JobDetail] {
    var allowed: [JobDetail] = []
    if returned + 1 < workload.snapshots.count {
      if let after = workload.snapshots[returned + 1][id] { allowed.append(after) }
      // A settlement and a promotion in one call, or a bulk's job that a claim promotes.
      if let last = allowed.last { allowed.append(Self.promoted(last)) }
    }
    var index = returned
    while index >= 0, let version = workload.snapshots[index][id] {
      allowed += [version, Self.promoted(version)]
      guard index > 0, let earlier = workload.snapshots[index - 1][id],
        earlier == version || Self.isForgettable(earlier, version)
      else { break }
      index -= 1
    }
    return allowed
  }

  private static func promoted(_ detail: JobDetail) -> JobDetail {
    guard detail.job.state.waitsForTime else { return detail }
    var detail = detail
    detail.job.state = .ready
    return detail
  }

  private static func isForgettable(_ earlier: JobDetail, _ later: JobDetail) -> Bool {
    let waited = earlier.job.state == .ready || earlier.job.state.waitsForTime
    let isClaim = later.job.state == .active && later.job.attempt == earlier.job.attempt + 1
    let isPromotion =
      later.job.state == .ready && earlier.job.state.waitsForTime
      && later.attempts == earlier.attempts && later.job.runAt == earlier.job.runAt
    return waited && (isClaim || isPromotion)
  }

  /// No two jobs hold a key.
  private func keys(_ found: CrashWorkload.Snapshot) -> String? {
    var holders: [String: JobID] = [:]
    for detail in found.values where detail.job.holdsUniqueKey {
      let key = "\(detail.job.queue) \(detail.job.uniqueKey ?? "")"
      if let other = holders[key] { return "\(key) is held by \(other) and \(detail.job.id)" }
      holders[key] = detail.job.id
    }
    return nil
  }

  /// A request that is sent again makes no second job.
  private func requests(
    _ store: DirectoryStore, _ found: CrashWorkload.Snapshot
  ) throws -> String? {
    for request in workload.requests where request.call <= returned + 1 {
      let isAccepted = request.call <= returned
      let first = try store.enqueue(request.job, at: request.at)
      if isAccepted, first.id != request.id || first.created {
        return "\(request.job.idempotencyKey ?? "") made \(first) though \(request.id) was accepted"
      }
      // What holds the unique key may answer instead, and then the request is not remembered.
      guard first.created else { continue }
      let second = try store.enqueue(request.job, at: request.at)
      guard second.id == first.id, !second.created else {
        return "\(request.job.idempotencyKey ?? "") made \(first), then \(second)"
      }
    }
    return nil
  }

  private func counts(
    _ store: DirectoryStore, _ before: CrashWorkload.Snapshot
  ) throws -> String? {
    let found = try CrashWorkload.snapshot(of: store, at: workload.now)
    for summary in try store.queues(at: workload.now) {
      for state in JobState.allCases {
        let truth = found.values.filter {
          $0.job.queue == summary.queue && $0.job.effectiveState(at: workload.now) == state
        }
        guard summary.count(state) == Int64(truth.count) else {
          return
            "\(summary.queue) counts \(summary.count(state)) \(state), there are \(truth.count)"
        }
      }
    }
    return nil
  }

  /// All that is live can be worked off.
  private func work(
    _ store: DirectoryStore, _ found: CrashWorkload.Snapshot
  ) throws -> String? {
    let later = workload.now + .hours(2_000)
    for presence in try store.presences() {
      _ = try store.rescue(RescueRequest(presence: presence, started: [], now: later))
    }
    let queues = try store.queues(at: later).map(\.queue)
    for queue in queues {
      _ = try store.setPaused(
        PauseRequest([queue], paused: false, actor: "olga", reason: nil, now: later))
    }
    var time = later
    for _ in 0..<400 {
      let claimed = try store.claim(
        ClaimRequest(queues: queues, limit: 100, worker: "w", lease: .hours(1), now: time))
      if claimed.isEmpty, try store.outstanding(in: queues, at: time) == Outstanding() { break }
      let settlements = claimed.map { Settlement($0.lease, .complete(result: nil)) }
      _ = try store.settle(settlements, thenClaim: nil, at: time)
      time = time + .hours(2)
    }
    let rest = try CrashWorkload.snapshot(of: store, at: time).values.filter {
      !$0.job.state.isTerminal
    }
    return rest.first.map { "\($0.job.id) can't be worked off: \($0)" }
  }
}
