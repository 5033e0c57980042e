import Jobs
import Text

extension RecordShape where Record == QueueSummary {
  private static var states: [JobState] { QueueSummary.statesInOrder }

  /// Queues as `queues` prints them.
  static func queues(_ times: TimeDisplay, at now: Instant) -> RecordShape {
    let names =
      ["queue"] + states.map(\.rawValue)
      + ["oldest_ready_at", "oldest_ready_age_ms", "paused", "paused_until", "pause_reason"]
    return RecordShape(
      fields: names, value: { Self.text($0, $1, now) },
      json: { queue, writer in
        writer.beginObject()
        writer.fields(of: queue, at: now)
        writer.endObject()
      },
      id: { $0.queue.description },
      columns: [TableColumn("QUEUE", minimumWidth: 16)]
        + states.map {
          TableColumn(
            $0.rawValue.uppercased(), alignment: .trailing, minimumWidth: 8,
            expendability: expendability(of: $0))
        }
        + [
          TableColumn("OLDEST", minimumWidth: 8),
          TableColumn("PAUSED", minimumWidth: 6, isShrinkable: true),
        ],
      cells: { Self.cells($0, times, now) })
  }

  /// What ready, active and dead jobs there are is looked at first.
  private static func expendability(of state: JobState) -> Int {
    switch state {
    case .ready, .dead: 0
    case .active: 1
    case .scheduled, .retrying: 2
    case .blocked: 3
    case .completed, .cancelled: 4
    }
  }

  private static func text(_ queue: QueueSummary, _ name: String, _ now: Instant) -> String {
    switch name {
    case "queue": queue.queue.description
    case "oldest_ready_at": queue.oldestReady?.rfc3339 ?? ""
    case "oldest_ready_age_ms": queue.age(at: now).map { String($0) } ?? ""
    case "paused": queue.paused ? "true" : "false"
    case "paused_until": queue.pausedUntil?.rfc3339 ?? ""
    case "pause_reason": queue.pauseReason ?? ""
    default: JobState(rawValue: name).map { String(queue.count($0)) } ?? ""
    }
  }

  private static func cells(
    _ queue: QueueSummary, _ times: TimeDisplay, _ now: Instant
  ) -> [TableCell] {
    [TableCell(queue.queue.description)]
      + states.map { state in
        let count = queue.count(state)
        return TableCell(String(count), state == .dead && count > 0 ? .red : .plain)
      } + [
        TableCell(queue.age(at: now).map { TimeSpan(milliseconds: $0).inWholeSeconds } ?? ""),
        TableCell(queue.pauseText(times)),
      ]
  }
}

extension QueueSummary {
  /// The states in the order in which counts are shown.
  static var statesInOrder: [JobState] {
    [.ready, .active, .scheduled, .retrying, .blocked, .dead, .completed, .cancelled]
  }

  /// For how long the oldest ready job has waited, in milliseconds.
  fileprivate func age(at now: Instant) -> Int64? {
    oldestReady.map { max(0, now.since($0).milliseconds) }
  }
}

extension JSONWriter {
  /// The fields of a queue in their order, null where it has nothing.
  mutating func fields(of queue: QueueSummary, at now: Instant) {
    member("queue", queue.queue.description)
    for state in QueueSummary.statesInOrder { member(state.rawValue, queue.count(state)) }
    optional("oldest_ready_at", queue.oldestReady?.rfc3339)
    key("oldest_ready_age_ms")
    if let age = queue.age(at: now) { int(age) } else { null() }
    member("paused", queue.paused)
    optional("paused_until", queue.pausedUntil?.rfc3339)
    optional("pause_reason", queue.pauseReason)
  }

  /// A text, or null where there is none.
  mutating func optional(_ name: String, _ text: String?) {
    key(name)
    if let text { string(text) } else { null() }
  }
}
