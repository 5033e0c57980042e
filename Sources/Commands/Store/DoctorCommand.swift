import CommandLineSpec
import Storage

/// `qctl doctor`: looks a store over, says what should be done, and mends what is safe to mend.
enum DoctorCommand {
  struct Options: Sendable {
    var repair = false
    var dryRun = false
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "doctor", "Look the store over for trouble, and mend it", defaults: Options(),
    flags: [
      .switch("repair", \.repair, "Mend what is safe to mend, and quarantine what is not"),
      .switch("dry-run", negatable: true, \.dryRun, "Show what would be done and change nothing"),
      .string("reason", "TEXT", \.reason, "Why, for the log"),
    ] + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: prose,
    examples: [
      Example("qctl doctor", "Every check with its finding"),
      Example("qctl doctor --json --store /var/lib/shop/shop.db", "For a program"),
      Example("qctl doctor --repair --dry-run", "What a repair would do"),
      Example("qctl doctor --repair --reason 'disk was full'", "Repair, and look again"),
    ],
    exits: ExitStatus.notes(.negative),
    seeAlso: ["backup", "capabilities", "config", "init"], validate: validate,
    run: { Action($0, run) })

  private static let prose: Prose = [
    "Checks permissions, the disk, the structure of the store, each job with its parts, and the kept counts against the jobs themselves; changes nothing unless \(flag: "repair") is given. It reads the whole store, so a large one takes its time.",
    "Each finding has a grade: \(literal: "ok"), \(literal: "note"), \(literal: "warning") or \(literal: "error"), and a remedy where something should be done. With any warning or error the status is 1. Active jobs of a worker that died are a note: the next worker frees them. So are those of a store that was restored from a backup, whose workers are elsewhere: any worker frees them after a minute.",
    "With \(flag: "repair") nothing is deleted. What is safe is \(literal: "mended"); jobs of which nothing can be made, and parts of jobs that are gone, are \(literal: "quarantined"): they are kept where they stop nobody, with the reason, and can be put back. The rest is \(literal: "left"), with what to do. Workers and producers may go on meanwhile; each step is logged. Then the store is looked over again, and the status is 0 if all is well, and 1 if something is left.",
    "With \(flag: "dry-run") the status is 1 if there is anything to repair.",
  ]

  private static func validate(_ options: Options) throws(UsageError) {
    guard !options.repair else { return }
    if options.dryRun { throw .invalid("--dry-run says what --repair would do: add --repair") }
    if options.reason != nil { throw .invalid("--reason is for the log of --repair") }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let intent: StoreIntent = options.repair && !options.dryRun ? .write : .read
    return try options.store.withStore(intent, in: context) { store throws(CommandFailure) in
      if !options.repair { context.pageRecords(options.output) }
      var printer = try RecordPrinter(.doctor, options.output, context)
      var status = ExitStatus.success
      if options.repair { status = try repair(store, options, context, &printer) }
      if !options.dryRun { status = try look(store, &printer) }
      try printer.finish()
      if options.dryRun, !options.output.quiet {
        try context.flush()
        context.tell(
          status == .success ? "there is nothing to repair" : "nothing was changed (--dry-run)")
      }
      return status
    }
  }

  private static func repair(
    _ store: any StorageAdapter, _ options: Options, _ context: CommandContext,
    _ printer: inout RecordPrinter<DoctorLine>
  ) throws(CommandFailure) -> ExitStatus {
    let request = RepairRequest(
      actor: context.actor, reason: options.reason, isDryRun: options.dryRun, now: context.now())
    let repairs = try stored { () throws(StorageError) in try store.repair(request) }
    for repair in repairs { try printer.print(.repair(repair)) }
    return repairs.isEmpty ? .success : .negative
  }

  private static func look(
    _ store: any StorageAdapter, _ printer: inout RecordPrinter<DoctorLine>
  ) throws(CommandFailure) -> ExitStatus {
    var findings = try stored { () throws(StorageError) in try store.findings() }
    if let finding = StoreOwner.finding(about: store.identity) { findings.append(finding) }
    for finding in findings { try printer.print(.finding(finding)) }
    return findings.contains { $0.grade == .warning || $0.grade == .error }
      ? .negative : .success
  }
}
