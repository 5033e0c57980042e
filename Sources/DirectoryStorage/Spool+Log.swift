import Jobs
import PosixIO
import Storage

extension Spool {
  /// So many records wait for a disk that has room again; then the oldest are given up.
  private static let mostUnlogged = 10_000
  private static let lineFeed = UInt8(ascii: "\n")

  /// Writes the records of the call that is under way, and such as are left from others.
  ///
  /// Nothing waits for the disk. What can't be written is kept for the next call; the job's own history
  /// tells it too.
  func writeLog() {
    var written = 0
    while written < unlogged.count {
      let day = day(for: unlogged[written])
      var bytes: [UInt8] = []
      var end = written
      while end < unlogged.count, bytes.count < LogLine.longest,
        LogDay(unlogged[end].timestamp) <= day || end == written
      {
        LogLine.append(unlogged[end], to: &bytes)
        end += 1
      }
      do throws(SystemError) { try append(bytes, to: day) } catch {
        written += countWhole(unlogged[written..<end], in: day)
        break
      }
      written = end
    }
    unlogged.removeFirst(written)
    unlogged.removeFirst(max(unlogged.count - Self.mostUnlogged, 0))
  }

  /// How many of these records stand in a file after a write that failed: a disk that becomes full
  /// takes a part, and what is there must not be written again.
  private func countWhole(_ records: ArraySlice<LogRecord>, in day: LogDay) -> Int {
    let lines = records.map { (record) in
      var line: [UInt8] = []
      LogLine.append(record, to: &line)
      return line
    }
    guard let first = lines.first, let size = try? tree.status(of: day.path).size else { return 0 }
    // Others may have added to it meanwhile.
    let length = lines.reduce(64 << 10) { $0 &+ $1.count }
    let start = max(size - Int64(length), 0)
    guard let tail = try? tree.read(day.path, at: start, count: length).bytes,
      var rest = Self.suffix(of: tail, after: first)
    else { return 0 }
    var count = 1
    for line in lines.dropFirst() {
      guard rest.starts(with: line) else { break }
      rest = rest.dropFirst(line.count)
      count += 1
    }
    return count
  }

  /// What follows the last place at which a whole line stands.
  private static func suffix(
    of bytes: [UInt8], after line: [UInt8]
  ) -> ArraySlice<UInt8>? {
    var end = bytes.count
    while end >= line.count {
      let start = end - line.count
      let isBegin = start == 0 || bytes[start - 1] == lineFeed
      if isBegin, bytes[start..<end].elementsEqual(line) { return bytes[end...] }
      end -= 1
    }
    return nil
  }

  /// The file for a record: see `LogDay`.
  private func day(for record: LogRecord) -> LogDay {
    let own = LogDay(record.timestamp)
    if let tail = memory.logTail, tail.day == own { return own }
    guard let latest = (try? logDays())?.last else { return own }
    return max(latest, own)
  }

  private func append(_ bytes: [UInt8], to day: LogDay) throws(SystemError) {
    let bytes = try isWhole(day) ? bytes : [Self.lineFeed] + bytes
    memory.logTail = nil
    let start = try tree.append(day.path, bytes, makes: true, sync: false)
    memory.logTail = LogTail(day: day, end: start + Int64(bytes.count))
  }

  /// Whether a file ends with a line feed; one that does not was left by a writer that died, or by a
  /// disk that was full.
  private func isWhole(_ day: LogDay) throws(SystemError) -> Bool {
    do throws(SystemError) {
      let size = try tree.status(of: day.path).size
      if let tail = memory.logTail, tail.day == day, tail.end == size { return true }
      guard size > 0 else { return true }
      return try tree.read(day.path, at: size - 1, count: 1).bytes.first == Self.lineFeed
    } catch {
      guard error.code == .noSuchFile else { throw error }
      return true
    }
  }

  /// The days of which there are files, earliest first.
  func logDays() throws(StorageError) -> [LogDay] {
    try look(in: LogDay.folder).compactMap { LogDay(fileName: $0) }.sorted()
  }

  /// Some records of the log.
  func log(_ request: LogPageRequest) throws(StorageError) -> LogPage {
    let size = max(request.size, 1)
    switch request.range {
    case .after(let cursor):
      var reader = LogReader(self, try logDays(), request.filter, size)
      return try reader.page(after: cursor)
    case .last:
      var reader = LogTailReader(self, request.filter, size)
      return try reader.page(of: try logDays())
    }
  }

  /// A part of a log file; `nil` where it can't be read.
  func logPiece(
    _ day: LogDay, at offset: Int64, count: Int
  ) throws(StorageError) -> FilePiece? {
    do { return try tree.read(day.path, at: offset, count: count) } catch {
      switch error.code {
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory: throw translate(error)
      default: return nil
      }
    }
  }
}
