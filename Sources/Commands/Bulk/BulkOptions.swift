import CommandLineSpec
import Jobs

/// The options of every verb that changes many jobs.
struct BulkOptions: Sendable {
  var operands: [JobOperand] = []
  var filter = FilterOptions()
  var acting = ActingOptions()
  var at: String?
  var delay: TimeSpan?
  var replay = ReplayOptions()
  /// Into which file jobs go before they are removed.
  var exportFile: String?
  var output = OutputOptions()
  var store = StoreOptions()

  /// The flags of a verb, its filter's before all others.
  static func flags(
    _ filter: [Flag<FilterOptions>], own: [Flag<BulkOptions>] = [], for verb: BulkVerb
  ) -> [Flag<BulkOptions>] {
    let acting = ActingOptions.flags + (verb.isFinal ? ActingOptions.confirmFlag : [])
    return own + filter.lifted(\.filter) + acting.lifted(\.acting)
      + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store)
  }

  /// When jobs that come back shall run.
  static let timeFlags: [Flag<BulkOptions>] = [
    .value("delay", "TIME", \.delay, "Run them so long from now, not at once") {
      (text) throws(ValueError) in try ValueText.duration(text)
    },
    .string("at", "INSTANT", \.at, "Run them then: RFC 3339, '2026-01-31 08:00' or '+2h'"),
  ]

  /// The ids of the jobs meant.
  static let operands: [Operand<BulkOptions>] = [.jobs(\.operands, "Jobs by id")]

  /// When the jobs shall run, if the options say so.
  func time(_ context: CommandContext) throws(CommandFailure) -> Instant? {
    if let at { return try InstantArgument.parse(at, flag: "--at", context) }
    return delay.map { context.now() + $0 }
  }

  /// Which jobs are meant, as the log keeps it; nil where ids name them.
  var filterWords: String? { operands.isEmpty ? filter.words : nil }

  /// Whether ids in the command line itself, and nothing else, say which jobs are meant.
  var namesJobsOnly: Bool { !operands.isEmpty && !operands.contains(.standardInput) }
}
