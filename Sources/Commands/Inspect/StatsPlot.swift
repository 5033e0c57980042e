import Engine
import Jobs
import Text

/// Draws the history of queues with blocks: ready jobs, and what came and went per minute.
struct StatsPlot {
  private let reading: StatsReading
  private let options: StatsCommand.Options
  private let context: CommandContext
  private let isColoured: Bool

  init(_ reading: StatsReading, _ options: StatsCommand.Options, _ context: CommandContext) {
    self.reading = reading
    self.options = options
    self.context = context
    isColoured = options.output.usesColor(
      isTerminal: context.streams.outputIsTerminal, context.environment)
  }

  private static let labelWidth = 10
  private static let usualWidth = 80
  /// Room for a chart on the narrowest terminal.
  private static let leastColumns = 8

  func print() throws(CommandFailure) -> ExitStatus {
    var isFirst = true
    for summary in try reading.summaries() {
      guard let minutes = try reading.minutes(of: summary.queue, over: options.window) else {
        context.tell("this store counts nothing over time: there is no history to draw")
        return .success
      }
      var page = ByteBuffer(capacity: 4096)
      if !isFirst { page.append(0x0A) }
      isFirst = false
      draw(summary, MinuteHistory(minutes, over: options.window, at: reading.now), to: &page)
      try context.write(page.bytes)
    }
    return .success
  }

  private func draw(
    _ summary: QueueSummary, _ history: MinuteHistory, to page: inout ByteBuffer
  ) {
    let room = (context.streams.columns ?? Self.usualWidth) - Self.labelWidth - 1
    let points = history.columns(max(Self.leastColumns, room))
    (isColoured ? TextStyle.bold : .plain).append(
      TerminalText.escape(summary.queue.description, .line), to: &page)
    page.append("  \(summary.count(.ready)) ready, the last \(options.window.brief)\n")
    chart("ready", points.map { $0.ready.map(Double.init) }, height: 4, .cyan, to: &page)
    chart("in/min", points.map { $0.enqueued }, height: 2, .yellow, to: &page)
    chart("out/min", points.map { $0.processed }, height: 2, .green, to: &page)
  }

  private func chart(
    _ name: String, _ values: [Double?], height: Int, _ style: TextStyle,
    to page: inout ByteBuffer
  ) {
    let chart = BlockChart(values: values)
    for (index, row) in chart.rows(height).enumerated() {
      let label = index == 0 ? Decimals.brief(chart.top) : index == height - 1 ? name : ""
      if !label.isEmpty || !row.isEmpty {
        let spare = max(0, Self.labelWidth - label.utf8.count)
        page.append(repeating: UInt8(ascii: " "), count: spare)
        page.append(label)
      }
      if !row.isEmpty {
        page.append(UInt8(ascii: " "))
        (isColoured ? style : .plain).append(row, to: &page)
      }
      page.append(0x0A)
    }
  }
}
