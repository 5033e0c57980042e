import CommandLineSpec
import PosixIO
import Storage
import Text

/// `qctl backup`: a copy of the store that opens as one, made while workers run.
enum BackupCommand {
  struct Options: Sendable {
    var destination: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "backup", "Copy the store while workers run", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("DEST", \.destination, "Where the copy is made; nothing may be there yet") {
        (text) throws(ValueError) in
        guard !text.isEmpty else { throw .malformed("is no name of a file") }
        return text
      }.completing(.file)
    ],
    prose: [
      "The copy is a whole store as of one moment, with every job that was accepted until then, all history and all settings. Workers and producers go on meanwhile, and nobody waits; where the store is a database that keeps no write-ahead log, writers may have to wait towards the end. Where a store lies inside an application's own database, all of that database is copied.",
      "The copy can be read by its owner only (0600). It is checked, then synced, and only then gets its name, so what is at DEST is complete and will last; nothing is ever replaced. If the command is stopped in the middle, a file beside it whose name begins with DEST and ends in \(literal: ".qctl-partial") is left; the next backup to DEST says so, and it may be removed.",
      "To restore, stop the workers, move what is at the old place away, with all files whose names begin alike, and copy the backup there; or name the copy with \(flag: "store"). Jobs that were running when it was made are still in the hands of workers that do not know it: any worker on the copy frees them after a minute, and they run again.",
    ],
    examples: [
      Example("qctl backup /var/backups/queue.db", "A copy of the default store"),
      Example(
        "qctl backup --store /var/lib/shop/shop.db --json shop-copy.db",
        "Of another, with its counts for a program"),
    ],
    exits: ExitStatus.notes(.cannotCreate), seeAlso: ["doctor", "init"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let destination = options.destination else { return .usage }
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      var printer = try RecordPrinter(.backup, options.output, context)
      try requirePlace(destination)
      let progress = Progress(context, quiet: options.output.quiet)
      defer { progress.clear() }
      let report = try stored { () throws(StorageError) in
        try store.backup(to: destination, at: context.now()) { done, total in
          progress.show("copying", Int(clamping: done), of: Int(clamping: total))
        }
      }
      progress.clear()
      for path in report.leftovers {
        context.tell(
          "\(TerminalText.escape(path, .line)) is what a stopped backup left; it may be removed")
      }
      try printer.print(BackupLine(path: destination, report: report))
      try printer.finish()
      return .success
    }
  }

  /// Refuses early what the store would refuse later, with the status for files that can't be made.
  private static func requirePlace(_ path: String) throws(CommandFailure) {
    let shown = TerminalText.escape(path, .line)
    guard (try? FileSystem.linkStatus(of: path)) == nil else {
      throw .failed(
        .cannotCreate, "\(shown) is there already, and a backup replaces nothing: name another")
    }
    guard let folder = FileSystem.parent(of: path),
      (try? FileSystem.status(of: folder).kind) == .directory
    else { throw .failed(.cannotCreate, "\(shown) cannot be made: there is no such folder") }
  }
}

/// What `backup` prints.
struct BackupLine {
  let path: String
  let report: BackupReport
}

extension RecordShape where Record == BackupLine {
  /// A copy as `backup` prints it.
  static var backup: RecordShape {
    RecordShape(
      fields: ["path", "jobs", "bytes"],
      value: { line, name in
        switch name {
        case "jobs": String(line.report.jobs)
        case "bytes": String(line.report.bytes)
        default: line.path
        }
      },
      json: { line, writer in
        writer.beginObject()
        writer.member("path", line.path)
        writer.member("jobs", line.report.jobs)
        writer.member("bytes", line.report.bytes)
        writer.endObject()
      },
      id: { $0.path },
      columns: [
        TableColumn("JOBS", alignment: .trailing, minimumWidth: 8),
        TableColumn("BYTES", alignment: .trailing, minimumWidth: 10),
        TableColumn("PATH", isShrinkable: true),
      ],
      cells: { line in
        [
          TableCell(String(line.report.jobs)), TableCell(String(line.report.bytes)),
          TableCell(line.path),
        ]
      })
  }
}
