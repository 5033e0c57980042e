/// Prints what became of each job, where a machine format was asked for.
///
/// A change goes on though nobody reads of it any more: a failure to write stays with the stream,
/// which tells it again at the end of the program.
struct OutcomePrinter {
  private var printer: RecordPrinter<ItemReport>?
  private let changesOnly: Bool
  private let context: CommandContext

  init(_ options: OutputOptions, _ context: CommandContext) throws(CommandFailure) {
    let isForMachines = options.format != .table || options.template != nil
    printer = isForMachines ? try RecordPrinter(.outcomes, options, context) : nil
    changesOnly = options.format == .ids && options.template == nil
    self.context = context
  }

  /// Whether there is a format to print in.
  var isForMachines: Bool { printer != nil }

  /// Prints one outcome.
  mutating func print(_ report: ItemReport) {
    guard !changesOnly || report.isChange || report.outcome == .planned else { return }
    try? printer?.print(report)
  }

  /// Hands on what was printed, as the batch that it tells of is done.
  func flush() {
    if printer != nil { try? context.flush() }
  }

  /// Prints what is left.
  mutating func finish() {
    try? printer?.finish()
    flush()
  }
}
