/// The keys met in one object: a short list, which becomes a set before it can cost squares.
struct JSONKeySet {
  private var few: [String] = []
  private var many: Set<String> = []

  /// Adds `key`; false where it was there already.
  mutating func insert(_ key: String) -> Bool {
    guard many.isEmpty else { return many.insert(key).inserted }
    guard !few.contains(key) else { return false }
    if few.isEmpty { few.reserveCapacity(8) }
    few.append(key)
    if few.count > 16 { many = Set(few) }
    return true
  }
}
