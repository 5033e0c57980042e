/// Which of the open containers are objects: one bit each, 64 without allocating.
struct JSONNesting {
  private(set) var depth = 0
  private var bits: UInt64 = 0
  private var outer: [UInt64] = []

  var isInObject: Bool { bits & 1 == 1 }

  mutating func push(isObject: Bool) {
    if depth > 0, depth % 64 == 0 {
      outer.append(bits)
      bits = 0
    }
    bits = bits << 1 | (isObject ? 1 : 0)
    depth += 1
  }

  mutating func pop() {
    guard depth > 0 else { return }
    bits >>= 1
    depth -= 1
    if depth > 0, depth % 64 == 0 { bits = outer.popLast() ?? 0 }
  }
}
