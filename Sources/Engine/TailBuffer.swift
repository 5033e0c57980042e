/// The last bytes of a stream, in bounded memory.
///
/// At most twice the limit is held: what is older is dropped now and then, all at once, so that
/// each byte is moved a constant number of times.
struct TailBuffer {
  private let limit: Int
  private var storage: [UInt8] = []

  init(limit: Int) {
    self.limit = max(0, limit)
  }

  /// The last bytes, at most the limit.
  var bytes: ArraySlice<UInt8> { storage.suffix(limit) }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    guard more.count < limit else {
      storage.removeAll(keepingCapacity: true)
      storage.append(contentsOf: UnsafeRawBufferPointer(rebasing: more.suffix(limit)))
      return
    }
    storage.append(contentsOf: more)
    if storage.count > 2 * limit { storage.removeFirst(storage.count - limit) }
  }
}
