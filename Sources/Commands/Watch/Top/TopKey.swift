/// A key as `top` understands it.
enum TopKey: Equatable {
  case character(UInt8)
  case up, down, pageUp, pageDown, enter, back

  /// The keys of what a terminal sent; sequences that mean nothing here are left out.
  static func keys(_ bytes: [UInt8]) -> [TopKey] {
    var keys: [TopKey] = []
    var rest = bytes[...]
    while let first = rest.first {
      rest = rest.dropFirst()
      switch first {
      case 0x1B:
        guard let second = rest.first, second == UInt8(ascii: "[") || second == UInt8(ascii: "O")
        else {
          keys.append(.back)
          continue
        }
        let sequence = rest.dropFirst().prefix { !(0x40...0x7E).contains($0) }
        let last = rest.dropFirst(1 + sequence.count).first
        rest = rest.dropFirst(2 + sequence.count)
        if let key = key(Array(sequence), last) { keys.append(key) }
      case 0x0D, 0x0A: keys.append(.enter)
      case 0x7F, 0x08: keys.append(.back)
      default: keys.append(.character(first))
      }
    }
    return keys
  }

  private static func key(_ sequence: [UInt8], _ last: UInt8?) -> TopKey? {
    switch last {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .enter
    case UInt8(ascii: "D"): .back
    case UInt8(ascii: "~"):
      sequence == [UInt8(ascii: "5")] ? .pageUp : sequence == [UInt8(ascii: "6")] ? .pageDown : nil
    default: nil
    }
  }
}
