import CommandLineSpec
import Storage

/// `qctl doctor`: looks a store over and says what should be done.
enum DoctorCommand {
  struct Options: Sendable {
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "doctor", "Look the store over for trouble", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "Checks permissions, journal mode, the size of the log, integrity, and the kept counts against the jobs themselves; changes nothing. It reads the whole store, so a large one takes its time.",
      "Each finding has a grade: \(literal: "ok"), \(literal: "note"), \(literal: "warning") or \(literal: "error"). With any warning or error the status is 1.",
    ],
    examples: [
      Example("qctl doctor", "Every check with its finding"),
      Example("qctl doctor --json --store /var/lib/shop/shop.db", "For a program"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["capabilities", "config", "init"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      var findings = try stored { () throws(StorageError) in try store.findings() }
      if let finding = StoreOwner.finding(about: store.identity) { findings.append(finding) }
      var printer = try RecordPrinter(.findings, options.output, context)
      for finding in findings { try printer.print(finding) }
      try printer.finish()
      return findings.contains { $0.grade == .warning || $0.grade == .error }
        ? .negative : .success
    }
  }
}
