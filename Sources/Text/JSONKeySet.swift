/// The keys met in one object: a short list, which becomes a set before it can cost squares.
///
/// Keys are compared by their bytes (RFC 8259 §8.3): to Swift, texts are equal that only look so.
struct JSONKeySet {
  private var few: [String] = []
  private var many: Set<[UInt8]> = []

  /// Adds `key`; false where it was there already.
  mutating func insert(_ key: String) -> Bool {
    guard many.isEmpty else { return many.insert(Array(key.utf8)).inserted }
    guard !few.contains(where: { $0.isSame(as: key) }) else { return false }
    if few.isEmpty { few.reserveCapacity(8) }
    few.append(key)
    if few.count > 16 { many = Set(few.map { Array($0.utf8) }) }
    return true
  }
}

extension String {
  /// Whether both are the same bytes; the quick comparison tells most apart.
  func isSame(as other: String) -> Bool {
    self == other && utf8.elementsEqual(other.utf8)
  }
}
