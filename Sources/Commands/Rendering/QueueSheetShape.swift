import Jobs
import Text

extension RecordShape where Record == QueueSheet {
  private static var listed: [QueueSetting] { QueueSetting.all.filter(\.isListed) }
  private static var originSuffix: String { "_origin" }

  /// Queues as `queue list` and `queue show` print them: what `queues` tells, then each setting in
  /// force and where it comes from.
  static func queueSheets(_ times: TimeDisplay, at now: Instant) -> RecordShape {
    let counts = RecordShape<QueueSummary>.queues(times, at: now)
    let settings = QueueSetting.all.flatMap { [$0.name, $0.name + originSuffix] }
    return RecordShape(
      fields: counts.fields + settings,
      value: { sheet, name in setting(name, of: sheet) ?? counts.value(sheet.summary, name) },
      json: { sheet, writer in
        writer.beginObject()
        writer.fields(of: sheet.summary, at: now)
        for name in settings { writer.optional(name, setting(name, of: sheet)) }
        writer.endObject()
      },
      id: { $0.summary.queue.description },
      columns: [TableColumn("QUEUE", minimumWidth: 16)]
        + listed.map { TableColumn($0.name.uppercased(), minimumWidth: 14) }
        + [TableColumn("PAUSED", isShrinkable: true)],
      cells: { sheet in
        [TableCell(sheet.summary.queue.description)]
          + listed.map { setting in
            TableCell(
              setting.value(in: sheet.settings, sheet.rules),
              setting.origin(in: sheet.settings) == .standard ? .dim : .plain)
          } + [TableCell(sheet.summary.pauseText(times))]
      })
  }

  private static func setting(_ name: String, of sheet: QueueSheet) -> String? {
    for setting in QueueSetting.all {
      if name == setting.name { return setting.value(in: sheet.settings, sheet.rules) }
      if name == setting.name + originSuffix { return setting.origin(in: sheet.settings).rawValue }
    }
    return nil
  }
}

extension QueueSummary {
  /// Whether the queue is paused, until when and why; nothing where it is not.
  func pauseText(_ times: TimeDisplay) -> String {
    guard paused else { return "" }
    let end = pausedUntil.map { times.until($0) } ?? "yes"
    return pauseReason.map { "\(end): \($0)" } ?? end
  }
}
