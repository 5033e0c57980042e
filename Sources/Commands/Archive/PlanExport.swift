import Jobs
import Storage
import Text

/// Writes jobs into a file before they are removed: just those of a plan that still stand as it saw
/// them, so that what is in the file and what goes is the same.
struct PlanExport {
  /// What was written, and what was not.
  struct Result {
    /// The jobs that are in the file.
    var items: [PlanItem] = []
    /// Those that are gone or changed.
    var left: [ItemReport] = []
  }

  let path: String
  let task: BulkTask
  let store: any StorageAdapter

  private static let pageSize = 200

  /// Writes the file, which lasts when this returns.
  ///
  /// - Returns: nil if it was asked to stop; then there is no file.
  /// - Throws: why it cannot be written; then there is none either.
  func write(
    _ items: [PlanItem], _ isAskedToStop: () -> Bool
  ) throws(CommandFailure) -> Result? {
    do throws(CommandFailure) {
      let output = try ArchiveFile(path, replaces: false)
      do throws(CommandFailure) {
        let result = try fill(output, items, isAskedToStop)
        if result == nil { output.abandon() }
        return result
      } catch {
        output.abandon()
        throw error
      }
    } catch {
      guard case .failed(let status, let sentence) = error else { throw error }
      throw .failed(status, "\(sentence); nothing was \(task.verb.past)")
    }
  }

  private func fill(
    _ output: ArchiveFile, _ items: [PlanItem], _ isAskedToStop: () -> Bool
  ) throws(CommandFailure) -> Result? {
    let progress = Progress(task.context, quiet: task.options.output.quiet)
    defer { progress.clear() }
    var writer = try ArchiveWriter(
      to: output, of: store.identity, at: task.context.now().rfc3339)
    // An archive has its jobs from the oldest id.
    var rest = items.sorted { $0.id < $1.id }[...]
    var result = Result()
    while !rest.isEmpty {
      guard !isAskedToStop() else { return nil }
      let page = rest.prefix(Self.pageSize)
      rest = rest.dropFirst(Self.pageSize)
      try write(page, &result, &writer)
      progress.show("exporting", items.count - rest.count, of: items.count)
    }
    // Nothing is left to be written, so there is no need of a file.
    guard !result.items.isEmpty else {
      output.abandon()
      return result
    }
    try writer.finish()
    progress.clear()
    if !task.options.output.quiet {
      let shown = TerminalText.escape(path, .line)
      task.context.tell("exported \(task.verb.jobs(result.items.count)) to \(shown)")
    }
    return result
  }

  private func write(
    _ page: ArraySlice<PlanItem>, _ result: inout Result, _ writer: inout ArchiveWriter
  ) throws(CommandFailure) {
    let details = try stored { () throws(StorageError) in try store.jobs(page.map(\.id)) }
    var known: [JobID: JobDetail] = [:]
    for detail in details { known[detail.job.id] = detail }
    for item in page {
      guard let detail = known[item.id] else {
        result.left.append(ItemReport(item, from: .missing))
        continue
      }
      guard item.isStill(detail.job) else {
        result.left.append(ItemReport(item, from: task.operation.outcome(of: detail.job)))
        continue
      }
      try writer.write(.job(detail))
      result.items.append(item)
    }
  }
}
