/// Rates as text, without the C library's formats.
enum Decimals {
  /// With at most three digits behind the point: `0.333`, `12`.
  static func text(_ number: Double) -> String { text(number, digits: 3) }

  /// For a cell: two digits behind the point below 10, one below 100, then none.
  static func brief(_ number: Double) -> String {
    text(number, digits: number.magnitude < 10 ? 2 : number.magnitude < 100 ? 1 : 0)
  }

  private static func text(_ number: Double, digits: Int) -> String {
    guard number.isFinite, number.magnitude < 1e15 else { return "0" }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((number.magnitude * Double(scale)).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: scale)
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard rest > 0 else { return sign + String(whole) }
    var fraction = String(rest)
    fraction = String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
    return sign + String(whole) + "." + fraction
  }
}
