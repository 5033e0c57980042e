import CommandLineSpec
import Jobs
import PosixIO
import Storage
import Text

/// `qctl migrate`: moves everything from one store into another.
enum MigrateCommand {
  struct Options: Sendable {
    var from: String?
    var to: String?
    var dryRun = false
    var output = OutputOptions()
  }

  static let command = Command<Options, Action>(
    "migrate", "Move everything from one store into another", defaults: Options(),
    flags: [
      Flag.string("from", "STORE", \.from, "The store to move").completing(.file),
      Flag.string("to", "STORE", \.to, "Where to; made if nothing is there").completing(.file),
      .switch("dry-run", negatable: true, \.dryRun, "Show what would be moved, change nothing"),
    ] + OutputOptions.flags.lifted(\.output),
    prose: [
      "Queues with their settings, the rules for all queues, those of health, batches, schedules, jobs with their ids, payloads, attempts and results, remembered requests, minutes and the log: all is copied, then compared. The table shows how many jobs of each queue and state either store has; below it is the SHA-256 over all jobs of either, as \(command: "export") writes them. What the other store cannot keep is named with its count.",
      "It is refused with status 75 while a job of the source is active or one of its workers lives: send the workers SIGTERM and wait. Then every queue of the source is paused, and stays so, that nothing runs twice; those of the target are paused until the end, and then as the source's were. Jobs that are still enqueued into the source meanwhile are copied too: let the producers use the target before it is over.",
      "Whoever is interrupted, by Ctrl-C or a kill, runs the same command again: what was copied is passed over. Once all is moved it says so and changes nothing any more. Other jobs in the target are left alone; a job that is there with other content is named, and the status is 3.",
      "The source is not removed. When it is not needed any more, remove its files, unless they are an application's own; to use it again, resume its queues.",
    ],
    examples: [
      Example("qctl migrate --from queue.db --to /srv/queue.db", "Into another file"),
      Example("qctl migrate --from queue.db --to new.db --dry-run", "What there is to move"),
    ],
    exits: ExitStatus.notes(.partly, .interrupted),
    seeAlso: ["export", "import", "capabilities"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let from = options.from, let to = options.to else {
      throw .failed(.usage, "migrate needs --from STORE and --to STORE")
    }
    let source = StoreOptions(store: from)
    let target = StoreOptions(store: to)
    try refuseSame(from, to, context)
    // A template that is wrong must not be noticed after everything was copied.
    var printer = try RecordPrinter(.migration, options.output, context)
    guard !options.dryRun else { return try show(source, target, options, &printer, context) }
    return try source.withStore(.write, in: context) { source throws(CommandFailure) in
      if try !hasMark(source, context) { try MigrationUse(source, context).refuse() }
      return try target.withStore(.create, in: context) { target throws(CommandFailure) in
        let migration = Migration(
          source: source, target: target, options: options, context: context)
        guard try !migration.isDone() else { return try tellDone(migration) }
        return try move(migration, &printer)
      }
    }
  }

  /// A store that was moved says so, whoever looks.
  private static func hasMark(
    _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> Bool {
    try ArchiveWalk(store: store, now: context.now()).queues()
      .contains { $0.pauseReason.flatMap { MigrationMark($0) }?.isDone ?? false }
  }

  private static func refuseSame(
    _ from: String, _ to: String, _ context: CommandContext
  ) throws(CommandFailure) {
    let places = (
      try StoreLocation(from, environment: context.environment),
      try StoreLocation(to, environment: context.environment)
    )
    let files = (
      places.0.path.flatMap { try? FileSystem.status(of: $0) },
      places.1.path.flatMap { try? FileSystem.status(of: $0) }
    )
    let isSameFile = files.0.flatMap { file in files.1.map { file.isSameFile(as: $0) } } ?? false
    guard places.0 == places.1 || isSameFile else { return }
    throw .failed(.usage, "--from and --to are the same store")
  }

  /// Counts what there is to move, and what of it is there already.
  private static func show(
    _ source: StoreOptions, _ target: StoreOptions, _ options: Options,
    _ printer: inout RecordPrinter<MigrationProof.Count>, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try source.withStore(.read, in: context) { source throws(CommandFailure) in
      try MigrationUse(source, context).refuse()
      let now = context.now()
      // What is no store yet holds nothing.
      let target = try? target.open(.read, in: context)
      defer { target?.close() }
      let counterparts = target.map { Counterparts(in: $0, now: now) }
      var counts = ArchiveCounts()
      var proof = MigrationProof()
      try ArchiveWalk(store: source, now: now).all { (part) throws(CommandFailure) in
        counts[ArchiveKind(part)] += 1
        guard case .job(let detail) = part else { return }
        proof.add(detail, try counterparts?.job(detail.job.id))
      }
      for count in proof.counts { try printer.print(count) }
      try printer.finish()
      try context.flush()
      if !options.output.quiet {
        context.tell("would move \(counts.text); nothing was changed")
      }
      return .success
    }
  }

  private static func tellDone(_ migration: Migration) throws(CommandFailure) -> ExitStatus {
    // Whoever was killed at the very end may have left the target's queues paused.
    try migration.open()
    let (missing, context) = (try migration.missing(), migration.context)
    guard missing > 0 else {
      if !migration.options.output.quiet {
        context.tell("everything is in \(migration.shownTarget) already; nothing was changed")
      }
      return .success
    }
    context.tell(
      "this was moved to \(migration.shownTarget) before, but \(missing) of its jobs \(missing == 1 ? "is" : "are") "
        + "not there: removed there, or enqueued here since. To copy them, resume a queue here and "
        + "run this again")
    return .partly
  }

  private static func move(
    _ migration: Migration, _ printer: inout RecordPrinter<MigrationProof.Count>
  ) throws(CommandFailure) -> ExitStatus {
    let context = migration.context
    let intake = ArchiveIntake(to: migration.target, context)
    let proof: MigrationProof
    do throws(CommandFailure) {
      proof = try migration.copy(intake)
    } catch {
      guard case .failed(.interrupted, _) = error else { throw error }
      context.tell("stopped: run the same command again for the rest; queues are paused meanwhile")
      return .interrupted
    }
    for count in proof.counts { try printer.print(count) }
    try printer.finish()
    try context.flush()
    for id in proof.differing.ids {
      context.tell("job \(id) is there with other content and was left alone")
    }
    if proof.holds { try migration.finish() }
    try tell(proof, intake.tally, migration)
    return proof.holds && intake.tally.isWhole ? .success : .partly
  }

  private static func tell(
    _ proof: MigrationProof, _ tally: ArchiveIntake.Tally, _ migration: Migration
  ) throws(CommandFailure) {
    let (context, sums) = (migration.context, proof.checksums)
    tally.tellLeftOut(migration.target.capabilities, context)
    guard proof.holds else {
      context.tell("source sha256 \(sums.source)")
      context.tell("target sha256 \(sums.target)")
      return context.tell(
        "\(proof.differing.count) of \(ArchiveKind.job.text(proof.jobs)) differ, so all queues stay "
          + "paused: remove these from \(migration.shownTarget) and run this again")
    }
    guard !migration.options.output.quiet else { return }
    context.tell("\(ArchiveKind.job.text(proof.jobs)) on both sides, sha256 \(sums.source)")
    context.tell(
      "\(tally.sentence("moved")). The source stays, paused; "
        + "remove its files when you need them no more")
  }
}

extension Migration {
  /// The target, for people.
  var shownTarget: String { TerminalText.escape(target.identity.location, .line) }
}

extension StoreLocation {
  /// Where it is in the file tree, if it is there.
  var path: String? {
    switch self {
    case .sqlite(let path), .directory(let path): path
    case .network: nil
    }
  }
}
