import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl import`: takes in what `qctl export` wrote.
enum ImportCommand {
  struct Options: Sendable {
    var file = ""
    var json = false
    var dryRun = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "import", "Take in what export wrote", defaults: Options(),
    flags: [
      .switch("json", \.json, "Print what happened as one JSON object"),
      .switch("dry-run", negatable: true, \.dryRun, "Check the file and change nothing"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("FILE", \.file, "What export wrote; - is standard input") {
        (text) throws(ValueError) in text
      }.completing(.file)
    ],
    prose: [
      "The whole file is checked first. If a line is malformed, or the file was cut off or changed, nothing is taken in, and the message names file and line. Standard input is copied to a file without a name in $TMPDIR before.",
      "Jobs keep their ids, states, times, attempts, results and keys. An active job comes back ready, and marked: its handler may have run, so it next runs alone. The log gets no records of this; those of the file are added at its end.",
      "What is there already and the same is left as it is. So an import that was interrupted is finished by running it again, and running it twice is no harm. A job that is there with other content, as after a worker ran it, is named and left alone. A job whose unique key another live job holds is taken in without it. Either ends with status 3.",
      "A queue's pause and settings take the place of those that it has. The rules for all queues are taken in where there are none; others that are there are left alone, and the status is 3; the same goes for a rule of health whose name is taken.",
    ],
    examples: [
      Example("qctl import queue.ndjson", "Everything that the file holds"),
      Example("zcat dead.ndjson.gz | qctl import --dry-run -", "Only check it"),
    ],
    exits: ExitStatus.notes(.partly, .badData, .noInput, .interrupted),
    seeAlso: ["export", "migrate"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let reader = ArchiveReader(lines: try ArchiveLines(options.file, context))
    let counts = try reader.read { _ in }
    guard !options.dryRun else {
      if options.json { try context.writeLine(json(counts)) }
      if !options.output.quiet {
        context.tell("\(reader.lines.name) holds \(counts.text); nothing was imported")
      }
      return .success
    }
    return try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      let intake = ArchiveIntake(to: store, context)
      let progress = Progress(context, quiet: options.output.quiet)
      intake.progress = { progress.show("importing", $0, of: counts.sum) }
      do throws(CommandFailure) {
        try take(reader, into: intake, store, context)
      } catch {
        progress.clear()
        context.tell("\(intake.tally.sentence("imported")) before it ended; \(again)")
        guard case .failed(.interrupted, _) = error else { throw error }
        return .interrupted
      }
      progress.clear()
      return try report(intake.tally, store, options, context)
    }
  }

  /// What a file holds, as the last line of it says.
  private static func json(_ counts: ArchiveCounts) -> String {
    var writer = JSONWriter(capacity: 96)
    writer.beginObject()
    for kind in ArchiveKind.allCases { writer.member(kind.rawValue, counts[kind]) }
    writer.endObject()
    return writer.buffer.text
  }

  private static let again = "run the same command again for the rest"

  private static func take(
    _ reader: ArchiveReader, into intake: ArchiveIntake, _ store: any StorageAdapter,
    _ context: CommandContext
  ) throws(CommandFailure) {
    let isAskedToStop = context.interaction.watchForStop()
    let log = LogMatch(store)
    var seen = 0
    _ = try reader.read { (part) throws(CommandFailure) in
      seen += 1
      if seen % 100 == 0, isAskedToStop() { throw .failed(.interrupted, "interrupted") }
      if case .record(let record) = part, try log.isThere(record) {
        return intake.noteThere(.log)
      }
      try intake.add(part)
    }
    try intake.flush()
  }

  private static func report(
    _ tally: ArchiveIntake.Tally, _ store: any StorageAdapter, _ options: Options,
    _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    if options.json {
      var writer = JSONWriter(capacity: 128)
      writer.beginObject()
      for (name, counts) in [
        ("restored", tally.restored), ("already_there", tally.alreadyThere),
        ("differing", tally.differing),
      ] { writer.member(name, counts.sum) }
      writer.member("without_key", tally.withoutKey)
      writer.member("left_out", tally.leftOut.values.reduce(0, +))
      writer.endObject()
      try context.writeLine(writer.buffer.text)
    }
    if !options.output.quiet {
      tally.tellLeftOut(store.capabilities, context)
      context.tell(tally.sentence("imported"))
    }
    return tally.isWhole ? .success : .partly
  }
}
