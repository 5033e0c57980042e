import Jobs
import PosixIO
import Text

/// A file that others write lines to, read by its name: `tail -F`.
///
/// Where the name stands for another file, the old one is read on for a while beside the new one, since
/// who writes to it may be told of the rotation only later: so rotation by renaming loses nothing. Where
/// the file is shorter than what was read of it, or what was read last is not there any more, it was
/// truncated, and is read from its beginning. What stands behind the last line feed is not a line yet.
struct FollowedFile {
  let path: String
  private var file: OpenFile?
  /// Those that had the name before, the oldest first.
  private var old: [OpenFile] = []

  /// For so long an old file that does not grow is read on.
  private static let patience = TimeSpan.seconds(60)
  private static let mostOld = 8

  init(_ path: String) { self.path = path }

  /// Whether it is open.
  var isOpen: Bool { file != nil }

  /// Opens it if it is there.
  ///
  /// - Throws: `SystemError` for anything but a file that is missing.
  mutating func open() throws(SystemError) -> Bool {
    guard file == nil else { return true }
    do throws(SystemError) { file = try OpenFile(path) } catch {
      guard error.code == .noSuchFile else { throw error }
      return false
    }
    return true
  }

  /// Reads what has come, line by line, through replacement and truncation.
  ///
  /// - Returns: whether it was truncated.
  mutating func readNew<Failure: Error>(
    at now: Instant, _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    for file in old {
      if try file.readToEnd(take) { file.lastGrowth = now }
    }
    try drop(at: now, take)
    guard let opened = file else { return false }
    let isTruncated = opened.isTruncated
    if isTruncated { opened.startAnew() }
    _ = try opened.readToEnd(take)
    guard (try? FileSystem.status(of: path)).map({ !$0.isSameFile(as: opened.status) }) ?? false
    else { return isTruncated }
    // Whoever wrote to the old file may have done so until now.
    _ = try opened.readToEnd(take)
    opened.lastGrowth = now
    old.append(opened)
    file = nil
    if (try? open()) == true { _ = try file?.readToEnd(take) }
    return isTruncated
  }

  /// Reads what is left of old files, whose last line may have no end.
  mutating func finish<Failure: Error>(
    _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    for file in old {
      _ = try file.readToEnd(take)
      try file.takeRest(take)
    }
    old.removeAll()
  }

  private mutating func drop<Failure: Error>(
    at now: Instant, _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    while let first = old.first {
      let idle = now.since(first.lastGrowth)
      guard idle > Self.patience || old.count > Self.mostOld else { return }
      try first.takeRest(take)
      old.removeFirst()
    }
  }

  /// Goes to where the last lines begin, so that so many of them are read that a test accepts.
  mutating func skip(toLast count: Int, _ accepts: @escaping ([UInt8], Range<Int>) -> Bool) {
    guard let file, let end = try? file.descriptor.status().size else { return }
    file.offset = LastLines(count, accepts).start(in: end) { offset, length in
      (try? file.descriptor.read(upTo: length, at: offset)) ?? []
    }
  }
}

/// A file that is open, and how far it was read.
private final class OpenFile {
  let descriptor: FileDescriptor
  let status: FileStatus
  var offset: Int64 = 0
  var lastGrowth = Instant(milliseconds: 0)
  /// The last bytes that were read, which tell whether they are still there.
  private var seam: [UInt8] = []
  private var buffer = LineBuffer()

  private static let piece = 256 << 10
  /// A line longer than this is cut, so that a file without line feeds does not fill the memory.
  private static let longestLine = 1 << 20
  private static let seamLength = 64

  init(_ path: String) throws(SystemError) {
    descriptor = try FileDescriptor.open(path, .readOnly, [.nonBlocking, .noControllingTerminal])
    status = try descriptor.status()
  }

  var isTruncated: Bool {
    guard let size = try? descriptor.status().size else { return false }
    guard size >= offset else { return true }
    guard !seam.isEmpty else { return false }
    let begin = offset - Int64(seam.count)
    guard let there = try? descriptor.read(upTo: seam.count, at: begin) else { return false }
    return there != seam
  }

  func startAnew() {
    (offset, seam) = (0, [])
    buffer.removeAll()
  }

  /// Takes in whole lines; whether there was anything.
  func readToEnd<Failure: Error>(
    _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    var found = false
    while let piece = try? descriptor.read(upTo: Self.piece, at: offset), !piece.isEmpty {
      found = true
      offset += Int64(piece.count)
      seam = Array((seam + piece.suffix(Self.seamLength)).suffix(Self.seamLength))
      buffer.append(piece)
      while let line = buffer.next() { try take(buffer.bytes, line) }
      if buffer.waiting > Self.longestLine { try takeRest(take) }
    }
    return found
  }

  func takeRest<Failure: Error>(
    _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    if let rest = buffer.rest() { try take(buffer.bytes, rest) }
    buffer.removeAll()
  }
}

/// Finds where the last lines of a file begin, reading it backward.
struct LastLines {
  private let count: Int
  private let accepts: ([UInt8], Range<Int>) -> Bool
  private static let piece: Int64 = 64 << 10
  private static let longestLine = 1 << 20

  /// So many lines that a test accepts.
  init(_ count: Int, _ accepts: @escaping ([UInt8], Range<Int>) -> Bool) {
    self.count = count
    self.accepts = accepts
  }

  /// Where the first of them begins; 0 where there are no more.
  ///
  /// - Parameters:
  ///   - end: the size of the file.
  ///   - read: reads so many bytes from a place.
  func start(in end: Int64, _ read: (Int64, Int) -> [UInt8]) -> Int64 {
    var found = 0
    var from = end
    // From the last line feed that was seen on, or all where there was none.
    var rest: [UInt8] = []
    var isEnd = true
    while from > 0 {
      let begin = max(from - Self.piece, 0)
      rest = read(begin, Int(from - begin)) + rest
      from = begin
      while let feed = rest.lastIndex(of: UInt8(ascii: "\n")) {
        let line = (feed + 1)..<rest.count
        // What stands behind the last line feed is no line yet.
        if !isEnd, accepts(rest, line) { found += 1 }
        isEnd = false
        if found == count { return from + Int64(feed) + 1 }
        rest.removeSubrange(feed...)
      }
      if rest.count > Self.longestLine { return from }
    }
    return 0
  }
}
