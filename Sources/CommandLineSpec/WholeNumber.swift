/// Reads whole numbers within a range, telling a number too great from no number.
package enum WholeNumber {
  /// The number that the text spells in decimal digits, a sign allowed.
  package static func parse(_ text: String, in range: ClosedRange<Int>) throws(ValueError) -> Int {
    guard let number = Int(text) else { throw outsideAnyInt(text, range) }
    if number < range.lowerBound { throw .below(range) }
    if number > range.upperBound { throw .above(range) }
    return number
  }

  private static func outsideAnyInt(_ text: String, _ range: ClosedRange<Int>) -> ValueError {
    var digits = text.utf8[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    guard isNumber else { return .notWhole(range) }
    return isNegative ? .below(range) : .above(range)
  }
}
