/// Numbers as JSON writes them.
package enum JSONNumber {
  /// The integer that `text` is (`-?[0-9]+`); nil where it is none or does not fit.
  package static func int64(_ text: some Collection<UInt8>) -> Int64? {
    var negative = false
    var digits = 0
    var value: Int64 = 0
    for (index, byte) in text.enumerated() {
      if index == 0, byte == UInt8(ascii: "-") {
        negative = true
        continue
      }
      guard 0x30...0x39 ~= byte else { return nil }
      let (tens, overTens) = value.multipliedReportingOverflow(by: 10)
      // Summed below zero, so that the smallest value needs no case of its own.
      let (next, over) = tens.subtractingReportingOverflow(Int64(byte - 0x30))
      guard !overTens, !over else { return nil }
      value = next
      digits += 1
    }
    guard digits > 0 else { return nil }
    if negative { return value }
    return value == .min ? nil : -value
  }
}
