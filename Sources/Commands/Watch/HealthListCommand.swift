import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl health list`: the rules that are kept in the store.
enum HealthListCommand {
  struct Options: Sendable {
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "health list", "List the rules of health that the store keeps", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "What holds without them is told with \(command: "health"). \(flag: "ids") prints their names."
    ],
    examples: [Example("qctl health list", "All of them")],
    exits: ExitStatus.notes(), seeAlso: ["health", "health set", "health remove"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      let rules = try stored { () throws(StorageError) in try store.healthRules() }
      var printer = try RecordPrinter(.healthRules, options.output, context)
      context.pageRecords(options.output)
      for rule in rules { try printer.print(rule) }
      try printer.finish()
      return .success
    }
  }
}

extension RecordShape where Record == StoredHealthRule {
  /// Rules of health as `health list` prints them.
  static var healthRules: RecordShape {
    RecordShape(
      fields: ["name", "check", "queues", "warning", "critical", "span_ms"],
      value: { text($0, $1) },
      json: { rule, writer in
        writer.beginObject()
        writer.member("name", rule.name.description)
        writer.member("check", rule.check)
        writer.key("queues")
        writer.beginArray()
        for queue in rule.queues { writer.string(queue.description) }
        writer.endArray()
        writer.optional("warning", rule.warning)
        writer.optional("critical", rule.critical)
        writer.key("span_ms")
        if let span = rule.span { writer.int(span.milliseconds) } else { writer.null() }
        writer.endObject()
      },
      id: { $0.name.description },
      columns: [
        TableColumn("NAME", minimumWidth: 8), TableColumn("CHECK", minimumWidth: 8),
        TableColumn("QUEUES", minimumWidth: 6, isShrinkable: true), TableColumn("WARNING"),
        TableColumn("CRITICAL"), TableColumn("TIME"),
      ],
      cells: { rule in
        [
          TableCell(rule.name.description), TableCell(rule.check),
          TableCell(
            rule.queues.isEmpty ? "all" : rule.queues.map(\.description).joined(separator: ",")),
          TableCell(rule.warning ?? ""), TableCell(rule.critical ?? ""),
          TableCell(rule.span.map { $0.inWholeSeconds } ?? ""),
        ]
      })
  }

  private static func text(_ rule: StoredHealthRule, _ field: String) -> String {
    switch field {
    case "name": rule.name.description
    case "check": rule.check
    case "queues": rule.queues.map(\.description).joined(separator: ",")
    case "warning": rule.warning ?? ""
    case "critical": rule.critical ?? ""
    case "span_ms": rule.span.map { String($0.milliseconds) } ?? ""
    default: ""
    }
  }
}
