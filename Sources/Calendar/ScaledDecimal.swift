/// A number such as `1.5` times a unit, in whole numbers and without overflow.
struct ScaledDecimal {
  private let whole: UInt64
  private let fraction: UInt64
  private let fractionScale: UInt64

  enum Reading {
    case none
    case tooLarge
    case number(ScaledDecimal)
  }

  /// Reads `digits[.digits]` at `position` and moves behind it; digits of the fraction past the
  /// ninth are dropped.
  static func read(_ bytes: [UInt8], at position: inout Int) -> Reading {
    let start = position
    var whole: UInt64 = 0
    var isTooLarge = false
    while position < bytes.count, 0x30...0x39 ~= bytes[position] {
      let (tens, isOver) = whole.multipliedReportingOverflow(by: 10)
      let (next, isOverToo) = tens.addingReportingOverflow(UInt64(bytes[position] - 0x30))
      isTooLarge = isTooLarge || isOver || isOverToo
      whole = next
      position += 1
    }
    guard position > start else { return .none }
    var fraction: UInt64 = 0
    var scale: UInt64 = 1
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      let first = position + 1
      position = first
      while position < bytes.count, 0x30...0x39 ~= bytes[position] {
        if position - first < 9 {
          fraction = fraction * 10 + UInt64(bytes[position] - 0x30)
          scale *= 10
        }
        position += 1
      }
      guard position > first else { return .none }
    }
    if isTooLarge { return .tooLarge }
    return .number(ScaledDecimal(whole: whole, fraction: fraction, fractionScale: scale))
  }

  /// This many of `unit`, cut to whole numbers; nil where it does not fit.
  func times(_ unit: UInt64) -> Int64? {
    let (product, isOver) = whole.multipliedReportingOverflow(by: unit)
    // The fraction is less than 1, so the quotient is less than `unit` and fits.
    let part = fractionScale.dividingFullWidth(fraction.multipliedFullWidth(by: unit)).quotient
    let (sum, isOverSum) = product.addingReportingOverflow(part)
    return isOver || isOverSum ? nil : Int64(exactly: sum)
  }
}
