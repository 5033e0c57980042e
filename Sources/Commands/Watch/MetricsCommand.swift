import CommandLineSpec
import Engine
import Jobs
import PosixIO
import Storage
import Text

/// `qctl metrics`: the store as Prometheus reads it, on standard output or as a file for the
/// textfile collector.
enum MetricsCommand {
  struct Options: Sendable {
    var format = Exposition.prometheus
    var file: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "metrics", "Write the store's numbers for Prometheus", defaults: Options(),
    flags: [
      .choice(
        "output", short: "o", "FORMAT", \.format, "How to write: prometheus or openmetrics"
      )
      .default("prometheus").section("Output"),
      Flag.string("output-file", "FILE", \.file, "Write to FILE; - is standard output")
        .default("-").completing(.file).section("Output"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: prose,
    examples: [
      Example("qctl metrics", "Everything, to look at"),
      Example(
        "qctl metrics --output-file /var/lib/prometheus/node-exporter/qctl.prom",
        "For the textfile collector, from cron every minute"),
    ],
    exits: ExitStatus.notes(.cannotCreate), seeAlso: ["queues", "stats"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let metrics = try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if !options.output.quiet { tellWhatIsMissing(store, context) }
      return try stored { () throws(StorageError) in
        try MetricsReading.metrics(of: store, version: QctlTree.version, at: context.now())
      }
    }
    let bytes = options.format.bytes(of: metrics.families)
    switch options.file {
    case nil, "-": try context.write(bytes)
    case .some(let path): try replace(path, with: bytes)
    }
    return .success
  }

  /// A scraper must not take a comment for a sample that is missing, so this goes to people only.
  private static func tellWhatIsMissing(_ store: any StorageAdapter, _ context: CommandContext) {
    guard case .none(let reason, _) = store.capabilities[.minutes] else { return }
    context.tell(
      "this store counts nothing over time (\(TerminalText.escape(reason, .line))): "
        + "counters and histograms are left out")
  }

  /// Puts the file in place of the old one, or leaves that as it is.
  ///
  /// It is written beside it under a name that no collector reads, synced, and renamed: whoever kills
  /// this leaves the old file or the new one, and perhaps a `.qctl-….tmp`, which nobody reads.
  private static func replace(_ path: String, with bytes: [UInt8]) throws(CommandFailure) {
    let shown = TerminalText.escape(path, .line)
    if let kind = try? FileSystem.linkStatus(of: path).kind, kind != .regular {
      throw .failed(.cannotCreate, "cannot make \(shown): something else than a file is there")
    }
    do {
      try FileSystem.replaceFile(path, with: bytes, mode: 0o644)
    } catch {
      let isDisk = [.noSpace, .quotaExceeded, .inputOutput].contains(error.code)
      throw .failed(
        isDisk ? .inputOutput : .cannotCreate, "cannot write \(shown): \(error.code.reason)")
    }
  }
}
