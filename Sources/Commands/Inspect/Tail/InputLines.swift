import PosixIO
import Text

/// Standard input, line by line as it comes.
struct InputLines {
  private var buffer = LineBuffer()
  private static let piece = 64 << 10
  private static let longestLine = 1 << 20

  /// Waits for more; false at the end.
  mutating func read() throws(SystemError) -> Bool {
    let input = BorrowedDescriptor(StandardStream.input.rawValue)
    let bytes = try input.read(upTo: Self.piece)
    buffer.append(bytes)
    return !bytes.isEmpty
  }

  /// The next line that is whole; at the end, what is left too.
  mutating func next(isEnd: Bool) -> [UInt8]? {
    if let line = buffer.next() { return Array(buffer.bytes[line]) }
    guard isEnd || buffer.waiting > Self.longestLine, let rest = buffer.rest() else { return nil }
    return Array(buffer.bytes[rest])
  }
}
