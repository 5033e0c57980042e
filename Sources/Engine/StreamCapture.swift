/// One output stream of a handler as it is kept: all of it, or its beginning and its end with a
/// line between that says how much is missing.
struct StreamCapture {
  private let headLimit: Int
  private var head: [UInt8] = []
  private var tail: TailBuffer
  private var total = 0

  /// Keeps at most `limit` bytes, half of them from the beginning.
  init(limit: Int) {
    headLimit = max(0, limit / 2)
    tail = TailBuffer(limit: max(0, limit - limit / 2))
  }

  var isEmpty: Bool { total == 0 }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    total &+= more.count
    let room = headLimit - head.count
    if room > 0 { head.append(contentsOf: UnsafeRawBufferPointer(rebasing: more.prefix(room))) }
    if more.count > room {
      tail.append(UnsafeRawBufferPointer(rebasing: more.dropFirst(max(0, room))))
    }
  }

  /// What is kept.
  var bytes: [UInt8] {
    let end = tail.bytes
    let missing = total - head.count - end.count
    guard missing > 0 else { return head + end }
    return head + Array("\n… \(missing) bytes left out …\n".utf8) + end
  }
}
