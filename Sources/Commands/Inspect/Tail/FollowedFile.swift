import PosixIO
import Text

/// A file that others write lines to, read by its name: `tail -F`.
///
/// Where the name stands for another file, the old one is read to its end first, so rotation by
/// renaming loses nothing. Where the file is shorter than what was read of it, or what was read last is
/// not there any more, it was truncated, and is read from its beginning. What stands behind the last
/// line feed is not a line yet.
struct FollowedFile {
  let path: String
  private var file: OpenFile?
  private var buffer = LineBuffer()

  /// What is open, in a box since a descriptor can't be copied.
  private final class OpenFile {
    let descriptor: FileDescriptor
    let status: FileStatus
    var offset: Int64 = 0
    /// The last bytes that were read, which tell whether they are still there.
    var seam: [UInt8] = []

    init(_ path: String) throws(SystemError) {
      descriptor = try FileDescriptor.open(path, .readOnly, [.nonBlocking, .noControllingTerminal])
      status = try descriptor.status()
    }
  }

  private static let piece = 256 << 10
  /// A line longer than this is cut, so that a file without line feeds does not fill the memory.
  private static let longestLine = 1 << 20
  private static let seamLength = 64

  init(_ path: String) { self.path = path }

  /// What happened to the file since the last look.
  enum News: Equatable {
    case none, truncated, replaced
  }

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
  mutating func readNew<Failure: Error>(
    _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) -> News {
    guard let opened = file else { return .none }
    var news = News.none
    if isTruncated(opened) {
      (opened.offset, opened.seam) = (0, [])
      buffer.removeAll()
      news = .truncated
    }
    try readToEnd(opened, take)
    guard let there = try? FileSystem.status(of: path), !there.isSameFile(as: opened.status) else {
      return news
    }
    // Whoever wrote to the old file may have done so until now.
    try readToEnd(opened, take)
    if let rest = buffer.rest() { try take(buffer.bytes, rest) }
    buffer.removeAll()
    file = nil
    guard (try? open()) == true, let fresh = file else { return .replaced }
    try readToEnd(fresh, take)
    return .replaced
  }

  /// Goes to where the last lines begin, so that so many of them are read that a test accepts.
  mutating func skip(toLast count: Int, _ accepts: @escaping ([UInt8], Range<Int>) -> Bool) {
    guard let file, let end = try? file.descriptor.status().size else { return }
    file.offset = LastLines(count, accepts).start(in: end) { offset, length in
      (try? file.descriptor.read(upTo: length, at: offset)) ?? []
    }
  }

  private func isTruncated(_ file: OpenFile) -> Bool {
    guard let size = try? file.descriptor.status().size else { return false }
    guard size >= file.offset else { return true }
    guard !file.seam.isEmpty else { return false }
    let begin = file.offset - Int64(file.seam.count)
    guard let there = try? file.descriptor.read(upTo: file.seam.count, at: begin) else {
      return false
    }
    return there != file.seam
  }

  private mutating func readToEnd<Failure: Error>(
    _ file: OpenFile, _ take: ([UInt8], Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    while let piece = try? file.descriptor.read(upTo: Self.piece, at: file.offset), !piece.isEmpty {
      file.offset += Int64(piece.count)
      file.seam = Array((file.seam + piece.suffix(Self.seamLength)).suffix(Self.seamLength))
      buffer.append(piece)
      while let line = buffer.next() { try take(buffer.bytes, line) }
      if buffer.waiting > Self.longestLine, let part = buffer.rest() {
        try take(buffer.bytes, part)
      }
    }
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
