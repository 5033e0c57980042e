import Engine
import Jobs
import Text

extension RecordShape where Record == Standing {
  private static var states: [JobState] {
    [.ready, .active, .scheduled, .retrying, .blocked, .dead]
  }

  private static var rateNames: [String] {
    ["enqueued", "processed", "failed"].flatMap { name in
      Flow.Stretch.allCases.map { "\(name)_per_minute_\($0.name)" }
    }
  }

  private static var timeNames: [String] {
    ["wait", "run"].flatMap { name in shares.map { "\(name)_p\($0.name)_ms" } }
  }

  /// The percentiles that are shown.
  private static var shares: [(name: String, share: Double)] {
    [("50", 0.5), ("95", 0.95), ("99", 0.99)]
  }

  private static var names: [String] {
    ["queue", "type"] + states.map(\.rawValue)
      + ["oldest_ready_age_ms", "workers", "workers_busy"] + rateNames + ["window_ms"]
      + timeNames + ["drain", "drain_ms"]
  }

  /// Queues, or types in them, as `stats` prints them.
  static func standings(at now: Instant, byType: Bool) -> RecordShape {
    RecordShape(
      fields: names,
      value: { Self.value($0, $1, now).text },
      json: { standing, writer in
        writer.beginObject()
        for name in names {
          writer.key(name)
          value(standing, name, now).write(to: &writer)
        }
        writer.endObject()
      },
      id: { $0.queue.description + ($0.type.map { " " + $0.description } ?? "") },
      columns: columns(byType), cells: { cells($0, byType, now) })
  }

  /// A field as JSON and CSV write it.
  private enum Value {
    case none
    case text(String)
    case count(Int64)
    case number(String)

    var text: String {
      switch self {
      case .none: ""
      case .text(let text), .number(let text): text
      case .count(let count): String(count)
      }
    }

    func write(to writer: inout JSONWriter) {
      switch self {
      case .none: writer.null()
      case .text(let text): writer.string(text)
      case .count(let count): writer.int(count)
      case .number(let text): writer.raw(text.utf8)
      }
    }

    static func span(_ span: TimeSpan?) -> Value { span.map { .count($0.milliseconds) } ?? .none }
  }

  private static func value(_ standing: Standing, _ name: String, _ now: Instant) -> Value {
    switch name {
    case "queue": return .text(standing.queue.description)
    case "type": return standing.type.map { .text($0.description) } ?? .none
    case "oldest_ready_age_ms": return .span(standing.age(at: now))
    case "workers": return standing.workers.map { .count($0.living) } ?? .none
    case "workers_busy": return standing.workers.map { .count($0.busy) } ?? .none
    case "window_ms": return .span(standing.flow?.window)
    case "drain": return .text(standing.drain.word)
    case "drain_ms":
      guard case .within(let span) = standing.drain else { return .none }
      return .span(span)
    default: break
    }
    if let state = JobState(rawValue: name) { return .count(standing.count(state)) }
    guard let flow = standing.flow else { return .none }
    if let place = rateNames.firstIndex(of: name) {
      let (row, column) = place.quotientAndRemainder(dividingBy: Flow.Stretch.allCases.count)
      return .number(Decimals.text(rates(flow, row)[column]))
    }
    guard let place = timeNames.firstIndex(of: name) else { return .none }
    let (row, column) = place.quotientAndRemainder(dividingBy: shares.count)
    return .span(times(flow, row)[column])
  }

  /// The rates of a kind over each stretch: 0 for jobs accepted, 1 for ended, 2 for failed.
  private static func rates(_ flow: Flow, _ kind: Int) -> [Double] {
    Flow.Stretch.allCases.map { stretch in
      let rates = flow.rates[stretch] ?? Flow.Rates()
      return kind == 0 ? rates.enqueued : kind == 1 ? rates.processed : rates.failed
    }
  }

  /// The percentiles of a kind: 0 for waits, 1 for runs.
  private static func times(_ flow: Flow, _ kind: Int) -> [TimeSpan?] {
    let lengths = kind == 0 ? flow.timings.waits : flow.timings.runs
    return shares.map { lengths.quantile($0.share) }
  }

  // MARK: - For people

  private static func columns(_ byType: Bool) -> [TableColumn] {
    [TableColumn("QUEUE", minimumWidth: 12)]
      + (byType ? [TableColumn("TYPE", minimumWidth: 12)] : [])
      + ["READY", "ACTIVE", "WAITING", "DEAD"].map {
        TableColumn($0, alignment: .trailing, minimumWidth: 7)
      } + [
        TableColumn("OLDEST", minimumWidth: 7),
        TableColumn("WORKERS", alignment: .trailing, minimumWidth: 7, expendability: 2),
        TableColumn("IN/MIN", minimumWidth: 12, expendability: 1),
        TableColumn("OUT/MIN", minimumWidth: 12, expendability: 1),
        TableColumn("FAIL/MIN", minimumWidth: 12, expendability: 3),
        TableColumn("WAIT", minimumWidth: 16, expendability: 4),
        TableColumn("RUN", minimumWidth: 16, expendability: 5),
        TableColumn("DRAIN", minimumWidth: 6),
      ]
  }

  private static func cells(_ standing: Standing, _ byType: Bool, _ now: Instant) -> [TableCell] {
    let waiting = [JobState.scheduled, .retrying, .blocked].reduce(0) { $0 + standing.count($1) }
    let dead = standing.count(.dead)
    var cells = [TableCell(standing.queue.description)]
    if byType { cells.append(TableCell(standing.type?.description ?? "")) }
    cells += [
      TableCell(String(standing.count(.ready))), TableCell(String(standing.count(.active))),
      TableCell(String(waiting)), TableCell(String(dead), dead > 0 ? .red : .plain),
      TableCell(standing.age(at: now).map(\.inWholeSeconds) ?? ""),
      TableCell(standing.workers.map { "\($0.busy)/\($0.living)" } ?? ""),
    ]
    for kind in 0..<3 {
      cells.append(
        TableCell(
          standing.flow.map { flow in
            rates(flow, kind).map(Decimals.brief).joined(separator: " ")
          } ?? ""))
    }
    for kind in 0..<2 {
      let shown = standing.flow.map { flow in times(flow, kind).compactMap(\.self) } ?? []
      cells.append(TableCell(shown.map(\.short).joined(separator: " ")))
    }
    cells.append(TableCell(drainText(standing.drain), standing.drain == .never ? .yellow : .plain))
    return cells
  }

  private static func drainText(_ drain: Drain) -> String {
    switch drain {
    case .empty, .unknown: ""
    case .within(let span): span.inWholeSeconds
    case .never: "never"
    }
  }
}

extension Standing {
  /// For how long the oldest ready job has been due.
  fileprivate func age(at now: Instant) -> TimeSpan? {
    oldestReady.map { max(.zero, now.since($0)) }
  }
}

extension TimeSpan {
  /// In its largest unit alone, for three in one cell.
  fileprivate var short: String {
    TimeSpan(milliseconds: milliseconds >= 1000 ? milliseconds / 1000 * 1000 : milliseconds).brief
  }
}
