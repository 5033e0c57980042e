import Jobs
import Storage

/// What is counted of one queue: since ever, and minute by minute.
struct QueueBook: Sendable {
  /// By how much counts change within one call.
  struct Change: Sendable {
    var states: [JobState: Int64] = [:]
    var totals = QueueMinute.Totals()
    var timings = Timings()

    var isEmpty: Bool {
      states.values.allSatisfy { $0 == 0 } && totals == QueueMinute.Totals() && timings.isEmpty
    }
  }

  var change = Change()
  private var states: [JobState: Int64] = [:]
  private(set) var totals = QueueMinute.Totals()
  private(set) var timings = Timings()
  /// The latest minute in which something changed.
  private(set) var present: QueueMinute?
  /// Those before it, in their order; after a clock stepped back, some may lie behind it.
  var over: [QueueMinute] = []

  /// Notes that a job went from one state to another; `nil` for not being there.
  mutating func move(from old: JobState?, to new: JobState?) {
    if let old { change.states[old, default: 0] -= 1 }
    if let new { change.states[new, default: 0] += 1 }
  }

  /// Ends a call: what changed in all goes into the minute of `now`.
  mutating func write(_ queue: QueueName, at now: Instant) {
    defer { change = Change() }
    guard !change.isEmpty else { return }
    if present?.minute != now.minute {
      over = all
      present = QueueMinute(queue: queue, minute: now.minute)
    }
    for (state, count) in change.states { states[state, default: 0] += count }
    totals.enqueued += change.totals.enqueued
    totals.succeeded += change.totals.succeeded
    totals.retried += change.totals.retried
    totals.dead += change.totals.dead
    totals.run += change.totals.run
    totals.waited += change.totals.waited
    timings.merge(change.timings)
    present?.totals = totals
    let depth = depth
    present?.depth = depth
    present?.timings.merge(change.timings)
  }

  /// Ends a call that counts in no minute: only what stands in the queue changes.
  mutating func absorb() {
    defer { change = Change() }
    for (state, count) in change.states { states[state, default: 0] += count }
    let depth = depth
    present?.depth = depth
  }

  /// Takes in a minute that another store has counted.
  mutating func restore(_ minute: QueueMinute) -> RestoreOutcome {
    var minute = minute
    if let earlier = all.last(where: { $0.minute < minute.minute }) {
      minute.totals = minute.totals.raised(to: earlier.totals)
    }
    if let there = all.first(where: { $0.minute == minute.minute }) {
      guard there != minute else { return .alreadyThere }
      guard there.isContinued(by: minute), present?.minute != minute.minute else { return .differs }
    }
    if let before = present, before.minute < minute.minute {
      over = all
      present = nil
    }
    let known = over.first { $0.minute == minute.minute }
    timings.merge(known.map { minute.timings.since($0.timings) } ?? minute.timings)
    over.removeAll { $0.minute == minute.minute }
    over.append(minute)
    over.sort { $0.minute < $1.minute }
    for index in over.indices where over[index].minute > minute.minute {
      over[index].totals = over[index].totals.raised(to: minute.totals)
    }
    let totals = totals.raised(to: minute.totals)
    self.totals = totals
    present?.totals = totals
    return .restored
  }

  private var depth: QueueMinute.Depth {
    var depth = QueueMinute.Depth()
    depth.ready = states[.ready] ?? 0
    depth.active = states[.active] ?? 0
    depth.waiting = [.scheduled, .retrying, .blocked].reduce(0) { $0 + (states[$1] ?? 0) }
    depth.dead = states[.dead] ?? 0
    return depth
  }

  /// All minutes in their order, the present one added to what it was when it was lived before.
  var all: [QueueMinute] {
    guard var now = present else { return over }
    if let before = over.first(where: { $0.minute == now.minute }) {
      now.timings.merge(before.timings)
    }
    let earlier = over.filter { $0.minute < now.minute }
    let later = over.filter { $0.minute > now.minute }.map { minute in
      var minute = minute
      minute.totals = minute.totals.raised(to: now.totals)
      return minute
    }
    return earlier + [now] + later
  }
}
