import Calendar

// A policy's text: `exponential:base=30s,factor=4,cap=6h,jitter=20%` (what is left out is as in the
// default), `fixed:10s`, or a list of waits `1s,10s,1m,10m`. Stores keep the canonical form.

extension Backoff {
  /// The most waits that a list may hold.
  package static let longestList = 100
  /// By how much a wait may grow from one failure to the next.
  package static let factors: ClosedRange<Int64> = 1...100
  /// By how many percent a wait may be off.
  package static let jitters: ClosedRange<Int64> = 0...100

  /// Reads a policy as people write it.
  ///
  /// - Throws: `InvalidValue` for a text that is no policy, or one beyond the limits.
  package init(_ text: String) throws(InvalidValue) {
    let (word, rest) = Self.halves(text, at: UInt8(ascii: ":"))
    switch (word, rest) {
    case ("exponential", nil): self = .default
    case ("exponential", let parameters?): self = try Self.exponential(parameters)
    case ("fixed", let wait?): self = .fixed(try Self.span(wait))
    default: self = .list(try Self.spans(text[...]))
    }
  }

  private static func exponential(_ text: Substring) throws(InvalidValue) -> Backoff {
    guard case .exponential(var base, var factor, var cap, var jitter) = Self.default else {
      return .default
    }
    var seen = Set<Substring>()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let (name, value) = halves(part, at: UInt8(ascii: "="))
      guard let value else { throw InvalidValue(.backoff, "needs parameters like base=30s") }
      guard seen.insert(name).inserted else {
        throw InvalidValue(.backoff, "names a parameter twice")
      }
      switch name {
      case "base": base = try span(value)
      case "factor": factor = try number(value, in: factors, "factor")
      case "cap": cap = try span(value)
      case "jitter": jitter = try number(percent(value), in: jitters, "jitter")
      default: throw InvalidValue(.backoff, "has only the parameters base, factor, cap and jitter")
      }
    }
    return .exponential(base: base, factor: factor, cap: cap, jitter: jitter)
  }

  private static func spans(_ text: Substring) throws(InvalidValue) -> [TimeSpan] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= longestList else {
      throw InvalidValue(.backoff, "has more than \(longestList) waits")
    }
    var spans: [TimeSpan] = []
    for part in parts { spans.append(try span(part)) }
    return spans
  }

  private static func span(_ text: Substring) throws(InvalidValue) -> TimeSpan {
    let milliseconds: Int64
    do { milliseconds = try DurationText.parse(String(text)) } catch {
      switch error {
      case .negative: throw InvalidValue(.backoff, "may not have a wait below zero")
      case .tooLong: throw tooLong
      case .empty, .malformed, .unknownUnit, .calendarUnit:
        throw InvalidValue(
          .backoff,
          "is none: write exponential:base=30s,factor=4,cap=6h,jitter=20%, fixed:10s or 1s,10s,1m")
      }
    }
    guard milliseconds <= longest.milliseconds else { throw tooLong }
    return TimeSpan(milliseconds: milliseconds)
  }

  private static let tooLong = InvalidValue(.backoff, "may not have a wait longer than a year")

  private static func number(
    _ text: Substring, in range: ClosedRange<Int64>, _ name: String
  ) throws(InvalidValue) -> Int64 {
    guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let number = Int64(text), range.contains(number)
    else {
      throw InvalidValue(
        .backoff, "needs a \(name) from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func percent(_ text: Substring) -> Substring {
    text.utf8.last == UInt8(ascii: "%") ? text.dropLast() : text
  }

  /// What stands before and behind the first `mark`; the whole text and `nil` where there is none.
  private static func halves(
    _ text: some StringProtocol, at mark: UInt8
  ) -> (Substring, Substring?) {
    let text = Substring(text)
    guard let place = text.utf8.firstIndex(of: mark) else { return (text, nil) }
    return (text[..<place], text[text.utf8.index(after: place)...])
  }
}

extension Backoff: CustomStringConvertible {
  /// The canonical text, which `init(_:)` reads back to the same policy.
  package var description: String {
    switch self {
    case .exponential(let base, let factor, let cap, let jitter):
      "exponential:base=\(Self.text(base)),factor=\(factor),cap=\(Self.text(cap)),jitter=\(jitter)%"
    case .fixed(let span): "fixed:\(Self.text(span))"
    case .list(let spans): spans.map { Self.text($0) }.joined(separator: ",")
    }
  }

  private static func text(_ span: TimeSpan) -> String { DurationText.text(span.milliseconds) }
}
