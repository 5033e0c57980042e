/// Reads one field: items with commas between them.
struct CronFieldReader {
  let field: CronField
  let bytes: ArraySlice<UInt8>

  private var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The numbers meant, as bits; Sunday is bit 0 alone.
  func mask() throws(CronError) -> UInt64 {
    try checkForeignSigns()
    var mask: UInt64 = 0
    for item in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      mask |= try self.mask(of: item)
    }
    guard field == .weekday, mask & 1 << 7 != 0 else { return mask }
    return mask & ~(1 << 7) | 1
  }

  /// `L` and `W` are of Quartz where they are no part of a name: alone, or beside a number.
  private func checkForeignSigns() throws(CronError) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "~"): throw .random(field, text)
      case UInt8(ascii: "?"), UInt8(ascii: "#"): throw .quartz(field, text)
      default: continue
      }
    }
    for item in bytes.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "-") })
    {
      let letters = item.filter { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }.map { $0 | 0x20 }
      let isMark = ["l", "w", "lw"].contains { Array($0.utf8) == letters }
      let isLastOf = letters.count == 4 && letters.last == UInt8(ascii: "l")
      if isMark || isLastOf && number(named: letters[0..<3]) != nil { throw .quartz(field, text) }
    }
  }

  private func mask(of item: ArraySlice<UInt8>) throws(CronError) -> UInt64 {
    let parts = item.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { throw .malformed(field, text) }
    let ends = first.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let low = ends.first, let high = ends.last, ends.count <= 2 else {
      throw .malformed(field, text)
    }
    let range: ClosedRange<Int>
    if Array(first) == [UInt8(ascii: "*")] {
      // 0 to 6: what stands for all weekdays does not count Sunday twice when it steps.
      range = field == .weekday ? 0...6 : field.range
    } else {
      let (start, end) = (try number(low), try number(high))
      guard start <= end else { throw .backwards(field, text) }
      range = start...end
      if parts.count == 2, ends.count == 1 {
        _ = try step(parts[1])
        throw .stepAlone(field, String(decoding: item, as: UTF8.self))
      }
    }
    let step = parts.count == 2 ? try step(parts[1]) : 1
    var mask: UInt64 = 0
    for number in stride(from: range.lowerBound, through: range.upperBound, by: step) {
      mask |= 1 << UInt64(number)
    }
    return mask
  }

  private func number(_ word: ArraySlice<UInt8>) throws(CronError) -> Int {
    if let named = number(named: word) { return named }
    guard let number = try digits(word) else { throw .malformed(field, text) }
    guard field.range.contains(number) else { throw .outOfRange(field, text) }
    return number
  }

  private func step(_ word: ArraySlice<UInt8>) throws(CronError) -> Int {
    guard let step = try digits(word) else { throw .malformed(field, text) }
    guard step > 0 else { throw .zeroStep(field, text) }
    return step
  }

  private func digits(_ word: ArraySlice<UInt8>) throws(CronError) -> Int? {
    guard !word.isEmpty, word.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    guard word.count <= 9 else { throw .outOfRange(field, text) }
    return word.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private func number(named word: ArraySlice<UInt8>) -> Int? {
    guard word.count == 3, !field.names.isEmpty else { return nil }
    let lower = word.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    let place = field.names.firstIndex { name in
      name.withUTF8Buffer { $0.elementsEqual(lower) }
    }
    return place.map { $0 + field.range.lowerBound }
  }
}
