import Jobs
import Storage

/// Reads the log forward from a place, a block at a time.
struct LogReader {
  private let spool: Spool
  private let days: [LogDay]
  private let filter: LogFilter
  private let size: Int
  private var records: [LogRecord] = []
  /// Bytes that one call may still look at.
  private var budget = 16 << 20

  private static let block = 64 << 10

  init(_ spool: Spool, _ days: [LogDay], _ filter: LogFilter, _ size: Int) {
    self.spool = spool
    self.days = days
    self.filter = filter
    self.size = size
  }

  /// The records behind a cursor; where its file is gone, those of the files behind it.
  mutating func page(after cursor: LogCursor) throws(StorageError) -> LogPage {
    var place = LogPlace(cursor)
    guard var index = days.firstIndex(where: { $0 >= place.day }) else {
      return LogPage(records: [], next: cursor, hasMore: false)
    }
    if days[index] > place.day { place = LogPlace(day: days[index], offset: 0) }
    while true {
      let isOver = try read(&place)
      guard records.count < size, budget > 0 else {
        return page(place, hasMore: !isOver || index + 1 < days.count)
      }
      guard isOver else { continue }
      index += 1
      guard index < days.count else { return page(place, hasMore: false) }
      place = LogPlace(day: days[index], offset: 0)
    }
  }

  private func page(_ place: LogPlace, hasMore: Bool) -> LogPage {
    LogPage(records: records, next: place.cursor, hasMore: hasMore)
  }

  /// Takes in the lines of one block; true where the file has no more whole ones.
  private mutating func read(_ place: inout LogPlace) throws(StorageError) -> Bool {
    var count = Self.block
    while true {
      guard let piece = try spool.logPiece(place.day, at: place.offset, count: count) else {
        return true
      }
      budget -= piece.bytes.count
      let isRest = place.offset + Int64(piece.bytes.count) >= piece.size
      let taken = take(piece.bytes)
      place.offset += Int64(taken)
      guard taken == 0 else {
        return isRest && (records.count < size || taken == piece.bytes.count)
      }
      // A last line without its end is not yet there.
      if isRest { return true }
      guard count < LogLine.longest else {
        // No line of ours is as long; what follows is judged when its end comes.
        place.offset += Int64(count)
        return false
      }
      count *= 4
    }
  }

  /// Takes in whole lines until there are enough.
  ///
  /// - Returns: how many bytes they have.
  private mutating func take(_ bytes: [UInt8]) -> Int {
    var start = 0
    while records.count < size,
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
    {
      if end > start, let record = LogLine.read(bytes, in: start..<end), filter.matches(record) {
        records.append(record)
      }
      start = end + 1
    }
    return start
  }
}
