import Jobs
import Storage

/// A kind of record that programs read: which commands print it, and its fields in their order.
///
/// Fields are a promise: one may be added at the end, none is renamed or removed.
/// `packaging/fields.txt` is the committed list, and `packaging/schemas/NAME.json` says the same of
/// JSON, with what only JSON has.
struct RecordKind {
  /// The word for it, which is also its schema's name.
  let name: String
  /// The commands that print it.
  let commands: [String]
  /// The names for CSV, templates and JSON, in order.
  let fields: [String]

  private init(_ name: String, of commands: String..., fields: [String]) {
    self.name = name
    self.commands = commands
    self.fields = fields
  }

  /// A kind whose fields are those of its shape.
  private init<Record>(_ name: String, of commands: String..., as shape: RecordShape<Record>) {
    self.name = name
    self.commands = commands
    fields = shape.fields
  }

  /// Every kind that has CSV or templates, or is a line of the log.
  static var all: [RecordKind] {
    let anyTime = Instant(milliseconds: 0)
    return [
      RecordKind("job", of: "list", "dlq list", as: .jobs(.utc, at: anyTime)),
      RecordKind("claim", of: "claim", fields: ClaimPrinter.fields),
      RecordKind("queue", of: "queues", as: .queues(.utc, at: anyTime)),
      RecordKind("log", of: "tail", fields: LogField.allCases.map(\.rawValue)),
      RecordKind(
        "outcome", of: "retry", "cancel", "edit", "move", "purge", "dlq replay", "dlq purge",
        as: .outcomes),
      RecordKind("finding", of: "doctor", as: .doctor),
      RecordKind("capability", of: "capabilities", as: .capabilities),
      RecordKind("setting", of: "config", as: .settings),
      RecordKind("migration", of: "migrate", as: .migration),
      RecordKind("batch", of: "batch list", "batch show", as: .batches(.utc)),
      RecordKind("backup", of: "backup", as: .backup),
      RecordKind("error-group", of: "dlq groups", as: .errorGroups(.utc)),
      RecordKind(
        "queue-settings", of: "queue list", "queue show", as: .queueSheets(.utc, at: anyTime)),
      RecordKind("schedule", of: "schedule list", "schedule show", as: .schedules(.utc)),
      RecordKind("tick", of: "schedule next", fields: ComingTick.fields),
      RecordKind("standing", of: "stats", as: .standings(at: anyTime, byType: false)),
      RecordKind("age", of: "stats --ages", as: .ages),
      RecordKind("health-rule", of: "health list", as: .healthRules),
    ]
  }
}
