import Calendar
import Jobs

/// When a number is a reason to alert, as the plugins of Nagios say it: `[@][START:][END]`
/// (conventions.md §2).
///
/// An alert is due outside of START to END, both of which are still well; with `@` it is due inside of
/// them, both included. START is 0 where it is left out, and `~` is below everything; a missing END is
/// above everything.
package struct AlertRange: Equatable, Sendable {
  /// Alerts inside, ends included, instead of outside.
  package var isInside = false
  /// The lowest number of the range; `nil` for none.
  package var start: Measure?
  /// The highest number of the range; `nil` for none.
  package var end: Measure?
  /// Whether the ends are multiples of a baseline, as in `2x`, and not numbers of their own.
  package var isRelative = false

  /// A range with its ends.
  package init(from start: Measure?, to end: Measure?, isInside: Bool = false) {
    self.start = start
    self.end = end
    self.isInside = isInside
  }

  /// Alerts above a number, however low the others are.
  package static func above(_ end: Measure) -> AlertRange { AlertRange(from: nil, to: end) }

  /// Whether a number is a reason to alert.
  package func alerts(_ value: Measure) -> Bool {
    let isWithin = (start.map { $0 <= value } ?? true) && (end.map { value <= $0 } ?? true)
    return isWithin == isInside
  }

  /// The range whose ends are multiples, as one of numbers.
  package func applied(to baseline: Measure) -> AlertRange {
    guard isRelative else { return self }
    return AlertRange(
      from: start.map { baseline.times($0) }, to: end.map { baseline.times($0) },
      isInside: isInside)
  }
}

// MARK: - As text

/// What the ends of a range are.
package enum RangeUnit: Equatable, Sendable {
  /// Numbers.
  case number
  /// Seconds, or durations such as `5m`.
  case time
  /// The same, or multiples of a baseline such as `2x`.
  case timeOrMultiple
  /// Numbers, which may end with `%`.
  case percent
}

/// Why a text is no range.
package enum RangeError: Error, Equatable, Sendable {
  /// There is nothing in it.
  case empty
  /// An end is no number, or no duration.
  case end(String)
  /// It starts above its end.
  case reversed
  /// One end is a multiple of a baseline, and one is not.
  case mixed
}

extension RangeError: CustomStringConvertible {
  /// Reads on from the quoted text.
  package var description: String {
    switch self {
    case .empty: "is empty where a range such as 10, 10: or ~:10 is needed"
    case .end(let text): "is no range such as 10, 10: or ~:10: '\(text)' is no end of one"
    case .reversed: "starts above its end"
    case .mixed: "has one end that is a multiple of the baseline and one that is not"
    }
  }
}

extension AlertRange: CustomStringConvertible {
  /// As perfdata has it: plain numbers, the shortest form.
  package var description: String {
    let first = start.map { $0 == .zero && end != nil ? "" : "\(number($0)):" } ?? "~:"
    return (isInside ? "@" : "") + first + (end.map(number) ?? "")
  }

  private func number(_ value: Measure) -> String { value.description + (isRelative ? "x" : "") }

  /// Reads a range.
  package init(_ text: String, _ unit: RangeUnit) throws(RangeError) {
    var bytes = Array(text.utf8)[...]
    isInside = bytes.first == UInt8(ascii: "@")
    if isInside { bytes = bytes.dropFirst() }
    guard !bytes.isEmpty, bytes != [UInt8(ascii: ":")] else { throw .empty }
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    let first = colon.map { bytes[..<$0] } ?? []
    let last = colon.map { bytes[($0 + 1)...] } ?? bytes
    start = .zero
    var kinds: Set<Bool> = []
    if first == [UInt8(ascii: "~")] {
      start = nil
    } else if !first.isEmpty {
      start = try Self.end(first, unit, &kinds)
    }
    end = last.isEmpty ? nil : try Self.end(last, unit, &kinds)
    guard kinds.count < 2 else { throw .mixed }
    isRelative = kinds.contains(true)
    if let start, let end, start > end { throw .reversed }
  }

  /// One end; `kinds` learns whether it was a multiple.
  private static func end(
    _ bytes: ArraySlice<UInt8>, _ unit: RangeUnit, _ kinds: inout Set<Bool>
  ) throws(RangeError) -> Measure {
    var bytes = bytes
    let whole = String(decoding: bytes, as: UTF8.self)
    let isMultiple = unit == .timeOrMultiple && bytes.last == UInt8(ascii: "x")
    if isMultiple || unit == .percent && bytes.last == UInt8(ascii: "%") { bytes.removeLast() }
    kinds.insert(isMultiple)
    if let number = Measure(String(decoding: bytes, as: UTF8.self)) { return number }
    guard unit == .time || unit == .timeOrMultiple, !isMultiple,
      let length = try? DurationText.parse(whole, allowsNegative: true)
    else { throw .end(whole) }
    return .seconds(TimeSpan(milliseconds: length))
  }
}
