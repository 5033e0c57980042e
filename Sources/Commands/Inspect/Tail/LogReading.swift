import Jobs
import Storage
import Text

/// Reads the log page by page, and goes on as it grows.
struct LogReading {
  let store: any StorageAdapter
  let filter: LogFilter
  let renderer: LogRenderer
  /// Where to look for what handlers wrote, if that is wanted.
  let output: HandlerOutput?
  /// What ends a following; `nil` for nothing.
  let ends: JobEnds?
  let context: CommandContext

  private static let pageSize = 500

  /// Prints the latest records, or all.
  ///
  /// - Returns: where to go on.
  func printBeginning(_ count: TailCommand.Count) throws(CommandFailure) -> LogCursor {
    switch count {
    case .last(let count):
      // Of none too, the store says where the log ends.
      let request = LogPageRequest(filter, .last, size: max(count, 1))
      let page = try stored { () throws(StorageError) in try store.log(request) }
      try print(count == 0 ? [] : page.records)
      return page.next
    case .all:
      var cursor = LogCursor.start
      var hasMore = true
      while hasMore {
        let page = try stored { () throws(StorageError) in try nextPage(after: cursor) }
        try print(page.records)
        (cursor, hasMore) = (page.next, page.hasMore)
      }
      return cursor
    }
  }

  /// Prints what comes, until nobody reads any more, or nothing can come that is wanted.
  func follow(from start: LogCursor) throws(CommandFailure) {
    var cursor = start
    var pace = LogPace(store.meetingPlace)
    while true {
      let isLast = filter.until.map { context.now() > $0 } ?? false
      let page = try newRecords(after: cursor)
      cursor = page?.next ?? cursor
      try print(page?.records ?? [])
      if page?.hasMore ?? false { continue }
      if isLast { return }
      if try ends?.haveCome() ?? false { return }
      let found = page?.records.isEmpty == false
      guard pace.wait(afterFinding: found, context.process) else { return }
    }
  }

  /// Nil where the store is busy for the moment: who follows can wait.
  private func newRecords(after cursor: LogCursor) throws(CommandFailure) -> LogPage? {
    do {
      return try nextPage(after: cursor)
    } catch {
      guard case .busy = error else { throw CommandFailure(error) }
      return nil
    }
  }

  private func nextPage(after cursor: LogCursor) throws(StorageError) -> LogPage {
    try store.log(LogPageRequest(filter, .after(cursor), size: Self.pageSize))
  }

  private func print(_ records: [LogRecord]) throws(CommandFailure) {
    for record in records {
      let output = try output?.output(of: record)
      try context.write(renderer.line(record, with: output).bytes)
    }
    try context.flush()
  }
}
