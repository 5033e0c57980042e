import Glibc

/// Bytes that come in pieces, taken out by lines.
package struct LineBuffer: Sendable {
  /// What the ranges of lines are in, until more is added.
  package private(set) var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0

  /// A buffer with nothing in it.
  package init() {}

  /// How many bytes wait for the end of their line, or to be taken out.
  package var waiting: Int { bytes.count - start }

  /// Adds what comes next; lines that were taken out are gone then.
  package mutating func append(_ piece: [UInt8]) {
    bytes.removeFirst(start)
    searched -= start
    start = 0
    bytes += piece
  }

  /// Takes out the next line, without its end; `nil` where its end has not come.
  package mutating func next() -> Range<Int>? {
    guard let end = lineEnd else {
      searched = bytes.count
      return nil
    }
    let line = start..<end
    start = end + 1
    searched = start
    return line
  }

  /// Takes out a last line that has no end.
  package mutating func rest() -> Range<Int>? {
    guard start < bytes.count else { return nil }
    let line = start..<bytes.count
    start = bytes.count
    searched = start
    return line
  }

  /// Forgets everything.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    (start, searched) = (0, 0)
  }

  private var lineEnd: Int? {
    bytes.withUnsafeBufferPointer { bytes in
      guard searched < bytes.count, let base = bytes.baseAddress,
        let found = memchr(
          base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched)
      else { return nil }
      return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
  }
}
