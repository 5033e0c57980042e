import CommandLineSpec
import Jobs

/// The options of every command that reads jobs and prints records.
struct JobListOptions: Sendable {
  var operands: [JobOperand] = []
  var filter = FilterOptions()
  var output = OutputOptions()
  var store = StoreOptions()

  /// The flags, those of a filter first.
  static func flags(_ filter: [Flag<FilterOptions>]) -> [Flag<JobListOptions>] {
    filter.lifted(\.filter) + OutputOptions.flags.lifted(\.output)
      + StoreOptions.flags.lifted(\.store)
  }

  /// The ids that are named; `nil` where standard input names none.
  ///
  /// No ids on standard input are no jobs; a filter without ids would mean every job.
  func ids(in context: CommandContext) throws(CommandFailure) -> [JobID]? {
    let ids = try operands.ids(in: context)
    return operands.isEmpty || !ids.isEmpty ? ids : nil
  }
}
