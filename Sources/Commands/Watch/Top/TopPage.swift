import Engine
import Jobs
import PosixIO
import Text

/// The screen of `top` as lines, none wider than the terminal.
struct TopPage {
  let model: TopModel
  let store: String
  let columns: Int
  let rows: Int

  /// How many rows of the table fit below the head and above the keys.
  var room: Int { max(1, rows - 4) }

  /// Every line from the top, and which of them is under the cursor.
  var lines: (text: [String], cursor: Int?) {
    let body = tableLines
    let first = min(max(0, model.cursor - room + 1), max(0, body.count - 1 - room))
    let shown = body.dropFirst(1).dropFirst(first).prefix(room)
    var lines = [cut(head), "", body.first ?? ""] + shown
    while lines.count < rows - 1 { lines.append("") }
    lines = Array(lines.prefix(max(0, rows - 1)))
    lines.append(cut(foot))
    return (lines, model.count > 0 ? 3 + model.cursor - first : nil)
  }

  /// What to send to the terminal, which then shows exactly this page.
  func bytes(isColoured: Bool) -> [UInt8] {
    var out = ByteBuffer(capacity: 8192)
    let (lines, cursor) = lines
    for (index, line) in lines.enumerated() {
      out.append("\u{1B}[\(index + 1);1H")
      let isMarked = index == cursor
      if isMarked { out.append("\u{1B}[7m") }
      if index == 2, isColoured { out.append("\u{1B}[1m") }
      out.append(line)
      out.append("\u{1B}[0m\u{1B}[K")
    }
    out.append("\u{1B}[J")
    return out.bytes
  }

  private func cut(_ text: String) -> String {
    DisplayWidth.of(text) > columns ? DisplayWidth.truncate(text, to: columns) : text
  }

  private var head: String {
    let all = model.everything
    func sum(_ state: JobState) -> Int64 { all.reduce(0) { $0 &+ $1.standing.count(state) } }
    var text = "qctl top  \(TerminalText.escape(store, .line))  "
    if case .jobs(let queue) = model.view { text += "queue \(queue), the newest jobs  " }
    text += "\(sum(.ready)) ready  \(sum(.active)) active  \(sum(.dead)) dead"
    if !model.filter.isEmpty || model.isTyping { text += "  /\(model.filter)" }
    return text
  }

  private var foot: String {
    if model.isTyping { return "type a part of a queue's name; Enter when done" }
    switch model.view {
    case .queues:
      return "q quit  s sort by \(model.order.next.rawValue)  S reverse  / filter  Enter jobs  "
        + "p pause or resume  r replay"
    case .jobs: return "q quit  Esc back  Enter show  p pause or resume  r replay"
    }
  }

  private var tableLines: [String] {
    var table = Table(model.view == .queues ? Self.queueColumns : Self.jobColumns)
    switch model.view {
    case .queues: for row in model.rows { table.addRow(cells(row)) }
    case .jobs: for job in model.jobs { table.addRow(cells(job)) }
    }
    var text = ByteBuffer(capacity: 4096)
    table.render(width: columns, isColoured: false, to: &text)
    return text.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static let queueColumns: [TableColumn] =
    [TableColumn("QUEUE", minimumWidth: 8)]
    + ["READY", "ACTIVE", "WAITING", "DEAD", "WORKERS"].map {
      TableColumn($0, alignment: .trailing)
    }
    + [
      TableColumn("OLDEST"), TableColumn("IN/MIN", alignment: .trailing, expendability: 1),
      TableColumn("OUT/MIN", alignment: .trailing, expendability: 1),
      TableColumn("FAIL/MIN", alignment: .trailing, expendability: 2), TableColumn("DRAIN"),
      TableColumn("PAUSED", expendability: 3), TableColumn("LAST 20 MIN", expendability: 4),
    ]

  private static let jobColumns: [TableColumn] = [
    TableColumn("ID", minimumWidth: 13), TableColumn("TYPE", minimumWidth: 8),
    TableColumn("STATE", minimumWidth: 9), TableColumn("P", alignment: .trailing),
    TableColumn("TRIES", alignment: .trailing), TableColumn("AGE"),
    TableColumn("ERROR", isShrinkable: true, expendability: 1),
  ]

  private func cells(_ row: TopModel.Row) -> [TableCell] {
    let standing = row.standing
    let waiting = [JobState.scheduled, .retrying, .blocked].reduce(0) { $0 &+ standing.count($1) }
    let rates = standing.flow?.rates[.fiveMinutes]
    let drain: String =
      switch standing.drain {
      case .empty, .unknown: ""
      case .never: "never"
      case .within(let span): span.inWholeSeconds
      }
    return [
      TableCell(standing.queue.description), TableCell(String(standing.count(.ready))),
      TableCell(String(standing.count(.active))), TableCell(String(waiting)),
      TableCell(String(standing.count(.dead))),
      TableCell(standing.workers.map { "\($0.busy)/\($0.living)" } ?? ""),
      TableCell(standing.oldestReady.map { max(.zero, model.now.since($0)).inWholeSeconds } ?? ""),
      TableCell(rates.map { Decimals.brief($0.enqueued) } ?? ""),
      TableCell(rates.map { Decimals.brief($0.processed) } ?? ""),
      TableCell(rates.map { Decimals.brief($0.failed) } ?? ""), TableCell(drain),
      TableCell(row.isPaused ? "yes" : ""),
      TableCell(BlockChart(values: row.history).rows(1).first ?? ""),
    ]
  }

  private func cells(_ job: Job) -> [TableCell] {
    [
      TableCell(job.id.description), TableCell(job.type.description),
      TableCell(job.effectiveState(at: model.now).rawValue), TableCell(String(job.priority.level)),
      TableCell("\(job.failures)/\(job.maxAttempts)"),
      TableCell(max(.zero, model.now.since(job.enqueuedAt)).inWholeSeconds),
      TableCell(job.error ?? ""),
    ]
  }
}
