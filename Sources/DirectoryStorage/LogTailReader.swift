import Jobs
import PosixIO
import Storage

/// Reads the log backward from its end, a block at a time.
struct LogTailReader {
  private let spool: Spool
  private let filter: LogFilter
  private let size: Int
  /// The latest first.
  private var records: [LogRecord] = []
  /// Behind the last whole line of all.
  private var end: LogPlace?

  private static let block: Int64 = 64 << 10

  init(_ spool: Spool, _ filter: LogFilter, _ size: Int) {
    self.spool = spool
    self.filter = filter
    self.size = size
  }

  /// The last records.
  mutating func page(of days: [LogDay]) throws(StorageError) -> LogPage {
    for day in days.reversed() where records.count < size { try read(day) }
    return LogPage(records: records.reversed(), next: end?.cursor ?? .start, hasMore: false)
  }

  private mutating func read(_ day: LogDay) throws(StorageError) {
    if end == nil { end = LogPlace(day: day, offset: 0) }
    guard let status = try? spool.tree.status(of: day.path), status.kind == .regular else { return }
    var start = status.size
    // What stands before the first line feed that was seen, and may not be the whole of its line.
    var rest: [UInt8] = []
    // What stands behind the last line feed of the file is not yet there.
    var isSkipping = true
    while start > 0, records.count < size {
      let from = max(start - Self.block, 0)
      guard let piece = try spool.logPiece(day, at: from, count: Int(start - from)),
        piece.bytes.count == Int(start - from)
      else { return }
      rest = take(piece.bytes + rest, from: from, day, &isSkipping)
      start = from
      // No line of ours is as long.
      if rest.count > LogLine.longest { isSkipping = true }
      if isSkipping { rest = [] }
    }
    if start == 0, !isSkipping, records.count < size { take(rest, 0..<rest.count) }
  }

  /// Takes in the lines of some bytes, the last first.
  ///
  /// - Returns: what stands before the first line feed.
  private mutating func take(
    _ bytes: [UInt8], from offset: Int64, _ day: LogDay, _ isSkipping: inout Bool
  ) -> [UInt8] {
    var end = bytes.count
    while records.count < size,
      let feed = bytes[..<end].lastIndex(of: UInt8(ascii: "\n"))
    {
      if let last = self.end, last.day == day, last.offset == 0 {
        self.end = LogPlace(day: day, offset: offset + Int64(feed) + 1)
      }
      if !isSkipping { take(bytes, (feed + 1)..<end) }
      isSkipping = false
      end = feed
    }
    return Array(bytes[..<end])
  }

  private mutating func take(_ bytes: [UInt8], _ range: Range<Int>) {
    guard !range.isEmpty, let record = LogLine.read(bytes, in: range), filter.matches(record)
    else { return }
    records.append(record)
  }
}
