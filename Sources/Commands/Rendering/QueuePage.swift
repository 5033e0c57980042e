import Jobs
import Text

/// A queue as a page for people.
struct QueuePage {
  let times: TimeDisplay
  let now: Instant
  let isColoured: Bool

  func bytes(_ sheet: QueueSheet) -> [UInt8] {
    let summary = sheet.summary
    var page = FactPage(isColoured: isColoured, capacity: 1024)
    page.fact("Queue", summary.queue.description)
    if summary.paused {
      page.fact("Paused", summary.pausedUntil.map { times.until($0) } ?? "until resumed", .yellow)
      page.fact("Reason", summary.pauseReason)
    } else {
      page.fact("Paused", "no")
    }
    page.fact("Oldest ready", summary.oldestReady.map { age($0) })
    page.title("Jobs")
    for state in QueueSummary.statesInOrder {
      let count = summary.count(state)
      page.fact("  " + state.rawValue, String(count), state == .dead && count > 0 ? .red : .plain)
    }
    page.title("Settings")
    page.table(settings(sheet.settings, sheet.rules))
    return page.bytes
  }

  private func age(_ instant: Instant) -> String {
    "waits for " + TimeSpan(milliseconds: max(0, now.since(instant).milliseconds)).inWholeSeconds
  }

  private func settings(_ settings: QueueSettings, _ rules: Retention) -> Table {
    var table = Table([
      TableColumn("  SETTING", minimumWidth: 22), TableColumn("VALUE", minimumWidth: 8),
      TableColumn("FROM"),
    ])
    for setting in QueueSetting.all {
      let origin = setting.origin(in: settings)
      table.addRow([
        TableCell("  " + setting.flagName), TableCell(setting.value(in: settings, rules)),
        TableCell(origin.text, origin == .standard ? .dim : .plain),
      ])
    }
    return table
  }
}
