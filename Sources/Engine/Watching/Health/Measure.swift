package import Jobs

/// A number that a check measures or is held against, in millionths: exact, and never "not a number".
///
/// Times are in seconds, shares in per cent, sizes in bytes.
package struct Measure: Hashable, Comparable, Sendable {
  /// The number, times a million.
  package let millionths: Int64

  /// The largest whole number that a threshold may name; what is measured is held to it.
  package static let largest: Int64 = 1_000_000_000_000
  private static let one: Int64 = 1_000_000

  /// A number from its millionths, held to what may be named.
  package init(millionths: Int64) {
    let most = Self.largest * Self.one
    self.millionths = min(max(millionths, -most), most)
  }

  /// So many of something.
  package static func count(_ count: Int64) -> Measure {
    let (product, isTooLarge) = count.multipliedReportingOverflow(by: one)
    return Measure(millionths: isTooLarge ? (count < 0 ? .min : .max) : product)
  }

  /// A length of time, in seconds.
  package static func seconds(_ span: TimeSpan) -> Measure {
    let (product, isTooLarge) = span.milliseconds.multipliedReportingOverflow(by: 1000)
    return Measure(millionths: isTooLarge ? (span.milliseconds < 0 ? .min : .max) : product)
  }

  /// How much of a whole something is, in per cent, to two places; 0 of nothing.
  package static func percent(_ part: Int64, of whole: Int64) -> Measure {
    guard whole > 0, part > 0 else { return .zero }
    let share = (Double(part) / Double(whole) * 10_000).rounded()
    return Measure(millionths: Int64(min(share, 10_000)) * 10_000)
  }

  /// None.
  package static let zero = Measure(millionths: 0)

  /// This many times as much, where another number says how many.
  package func times(_ factor: Measure) -> Measure {
    let product = Double(millionths) * (Double(factor.millionths) / Double(Self.one))
    let most = Double(Self.largest) * Double(Self.one)
    return Measure(millionths: Int64(min(max(product.rounded(), -most), most)))
  }

  package static func < (left: Measure, right: Measure) -> Bool {
    left.millionths < right.millionths
  }
}

extension Measure: CustomStringConvertible {
  /// As plain decimals, without an exponent and without zeros at the end: `42`, `0.25`, `-3.5`.
  package var description: String {
    let magnitude = millionths.magnitude
    let whole = String(magnitude / UInt64(Self.one))
    let sign = millionths < 0 ? "-" : ""
    var rest = magnitude % UInt64(Self.one)
    guard rest > 0 else { return sign + whole }
    var places = 6
    while rest % 10 == 0 {
      rest /= 10
      places -= 1
    }
    let digits = String(rest)
    return sign + whole + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
  }

  /// Reads what `description` writes: `-`, digits, and up to six more behind a point; `nil` for
  /// anything else, and for what is larger than may be named.
  package init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes = bytes.dropFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first.flatMap({ Self.number($0) }),
      whole <= Self.largest
    else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard parts[1].count <= 6, let read = Self.number(parts[1]) else { return nil }
      fraction = (parts[1].count..<6).reduce(read) { value, _ in value * 10 }
    }
    let sum = whole * Self.one + fraction
    self.init(millionths: isNegative ? -sum : sum)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard (1...13).contains(digits.count), digits.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
  }
}
