import Jobs
import Storage
import Text

/// Reads the log page by page, and goes on as it grows.
struct LogReading {
  let store: any StorageAdapter
  let filter: LogFilter
  let renderer: LogRenderer
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
    var pace = LogPace()
    while true {
      let isLast = filter.until.map { context.now() > $0 } ?? false
      let page = try newRecords(after: cursor)
      cursor = page?.next ?? cursor
      try print(page?.records ?? [])
      if page?.hasMore ?? false { continue }
      if isLast { return }
      let wait = pace.next(afterFinding: page?.records.isEmpty == false)
      guard context.process.wait(wait) else { return }
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
    for record in records { try context.write(renderer.line(record).bytes) }
    try context.flush()
  }
}

/// How long to wait between two looks at the log: short while something comes, longer while not.
struct LogPace {
  private var milliseconds = Self.shortest

  private static let shortest = 10
  private static let longest = 250

  /// The next wait, in milliseconds.
  mutating func next(afterFinding found: Bool) -> Int {
    milliseconds = found ? Self.shortest : min(milliseconds * 2, Self.longest)
    return milliseconds
  }
}
