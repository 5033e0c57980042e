import Calendar
import Jobs
import Text

extension RecordShape where Record == Schedule {
  /// Schedules as `schedule list` and `schedule show` print them.
  ///
  /// - Parameter hasJob: whether JSON has the job that each makes, with its payload.
  static func schedules(_ times: TimeDisplay, hasJob: Bool = false) -> RecordShape {
    RecordShape(
      fields: names, value: text,
      json: { schedule, writer in
        writer.beginObject()
        for name in names { writer.field(name, of: schedule) }
        if hasJob {
          writer.key("job")
          schedule.rule.job.writeTemplate(to: &writer)
        }
        writer.endObject()
      },
      id: { $0.name.description },
      columns: [
        TableColumn("NAME", minimumWidth: 16), TableColumn("WHEN", minimumWidth: 14),
        TableColumn("ZONE", minimumWidth: 13, expendability: 2),
        TableColumn("NEXT", minimumWidth: times.width),
        TableColumn("LAST", minimumWidth: times.width, expendability: 1),
        TableColumn("QUEUE", minimumWidth: 8), TableColumn("TYPE", isShrinkable: true),
      ],
      cells: { cells($0, times) })
  }

  private static var names: [String] {
    [
      "name", "cron", "every_ms", "time_zone", "queue", "type", "catchup", "overlap", "paused",
      "created_at", "next_tick", "last_tick", "last_job",
    ]
  }

  private static func cells(_ schedule: Schedule, _ times: TimeDisplay) -> [TableCell] {
    [
      TableCell(schedule.name.description), TableCell(schedule.rule.timing.text),
      TableCell(schedule.rule.zone),
      schedule.isPaused ? TableCell("paused", .yellow) : TableCell(times.text(schedule.next)),
      TableCell(times.text(schedule.last)), TableCell(schedule.rule.job.queue.description),
      TableCell(schedule.rule.job.type.description),
    ]
  }

  private static func text(_ schedule: Schedule, _ name: String) -> String {
    switch name {
    case "name": schedule.name.description
    case "cron": schedule.rule.cronText ?? ""
    case "every_ms": schedule.rule.interval.map { String($0.milliseconds) } ?? ""
    case "time_zone": schedule.rule.zone
    case "queue": schedule.rule.job.queue.description
    case "type": schedule.rule.job.type.description
    case "catchup": schedule.rule.catchup.rawValue
    case "overlap": schedule.rule.overlap.rawValue
    case "paused": schedule.isPaused ? "true" : "false"
    case "created_at": schedule.createdAt.rfc3339
    case "next_tick": schedule.next?.rfc3339 ?? ""
    case "last_tick": schedule.last?.rfc3339 ?? ""
    case "last_job": schedule.lastJob?.description ?? ""
    default: ""
    }
  }

  /// The text of a field, for whoever prints it.
  fileprivate static func field(_ name: String, of schedule: Schedule) -> String? {
    let value = text(schedule, name)
    return value.isEmpty ? nil : value
  }
}

extension ScheduleRule {
  /// The cron expression, where it has one.
  var cronText: String? { if case .cron(let cron) = timing { cron.text } else { nil } }
  /// The interval, where it has one.
  var interval: TimeSpan? { if case .every(let span) = timing { span } else { nil } }
}

extension JSONWriter {
  /// A field of a schedule, null where it has nothing.
  fileprivate mutating func field(_ name: String, of schedule: Schedule) {
    switch name {
    case "paused": member(name, schedule.isPaused)
    case "every_ms":
      guard let span = schedule.rule.interval else { return optional(name, nil) }
      member(name, span.milliseconds)
    default: optional(name, RecordShape<Schedule>.field(name, of: schedule))
    }
  }
}
