import Jobs
import Text

extension RecordShape where Record == QueueSummary {
  private static var states: [JobState] {
    [.ready, .active, .scheduled, .retrying, .blocked, .dead, .completed, .cancelled]
  }

  /// Queues as `queues` prints them.
  static func queues(_ times: TimeDisplay, at now: Instant) -> RecordShape {
    let names =
      ["queue"] + states.map(\.rawValue)
      + ["oldest_ready_at", "oldest_ready_age_ms", "paused", "paused_until", "pause_reason"]
    return RecordShape(
      fields: names, value: { Self.text($0, $1, now) },
      json: { Self.write($0, now, to: &$1) }, id: { $0.queue.description },
      columns: [TableColumn("QUEUE", minimumWidth: 16)]
        + states.map {
          TableColumn($0.rawValue.uppercased(), alignment: .trailing, minimumWidth: 8)
        }
        + [TableColumn("OLDEST", minimumWidth: 8), TableColumn("PAUSED", isShrinkable: true)],
      cells: { Self.cells($0, times, now) })
  }

  private static func age(_ queue: QueueSummary, _ now: Instant) -> Int64? {
    queue.oldestReady.map { max(0, now.since($0).milliseconds) }
  }

  private static func text(_ queue: QueueSummary, _ name: String, _ now: Instant) -> String {
    switch name {
    case "queue": queue.queue.description
    case "oldest_ready_at": queue.oldestReady?.rfc3339 ?? ""
    case "oldest_ready_age_ms": age(queue, now).map { String($0) } ?? ""
    case "paused": queue.paused ? "true" : "false"
    case "paused_until": queue.pausedUntil?.rfc3339 ?? ""
    case "pause_reason": queue.pauseReason ?? ""
    default: JobState(rawValue: name).map { String(queue.count($0)) } ?? ""
    }
  }

  private static func write(_ queue: QueueSummary, _ now: Instant, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("queue", queue.queue.description)
    for state in states { writer.member(state.rawValue, queue.count(state)) }
    writer.optional("oldest_ready_at", queue.oldestReady?.rfc3339)
    writer.key("oldest_ready_age_ms")
    if let age = age(queue, now) { writer.int(age) } else { writer.null() }
    writer.member("paused", queue.paused)
    writer.optional("paused_until", queue.pausedUntil?.rfc3339)
    writer.optional("pause_reason", queue.pauseReason)
    writer.endObject()
  }

  private static func cells(
    _ queue: QueueSummary, _ times: TimeDisplay, _ now: Instant
  ) -> [TableCell] {
    [TableCell(queue.queue.description)]
      + states.map { state in
        let count = queue.count(state)
        return TableCell(String(count), state == .dead && count > 0 ? .red : .plain)
      } + [
        TableCell(age(queue, now).map { TimeSpan(milliseconds: $0).inWholeSeconds } ?? ""),
        TableCell(pause(of: queue, times)),
      ]
  }

  /// `yes`, `until TIME`, and why.
  private static func pause(of queue: QueueSummary, _ times: TimeDisplay) -> String {
    guard queue.paused else { return "" }
    let state = queue.pausedUntil.map { "until " + times.text($0) } ?? "yes"
    return state + (queue.pauseReason.map { ": " + $0 } ?? "")
  }
}

extension JSONWriter {
  /// A text, or null where there is none.
  mutating func optional(_ name: String, _ text: String?) {
    key(name)
    if let text { string(text) } else { null() }
  }
}
