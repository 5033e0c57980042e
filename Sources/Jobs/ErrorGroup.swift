import Text

/// The name of all errors that say the same but for numbers, ids, quoted words and paths.
package struct ErrorGroupID: Hashable, Sendable {
  /// 48 bits.
  package let rawValue: UInt64

  /// The group of an error; jobs without one are a group too.
  package init(of error: String?) {
    let digest = SHA256.digest(Array(ErrorShape.fold(error ?? "").utf8))
    rawValue = digest.prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads what `description` shows: twelve hexadecimal digits.
  package init?(_ text: String) {
    guard text.utf8.count == Self.textLength, let value = UInt64(text, radix: 16),
      text.utf8.first != UInt8(ascii: "+")
    else { return nil }
    rawValue = value
  }

  private static let textLength = 12
}

extension ErrorGroupID: CustomStringConvertible {
  /// Twelve hexadecimal digits.
  package var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: Self.textLength - digits.utf8.count) + digits
  }
}

/// Finds the groups of errors, many of which are the same to the letter.
package struct ErrorGrouping: Sendable {
  private var known: [String: ErrorGroupID] = [:]

  // Errors that are all different would only fill the memory.
  private static let mostKnown = 1_000

  /// A grouping that knows nothing yet.
  package init() {}

  /// The group of an error.
  package mutating func group(of error: String?) -> ErrorGroupID {
    let text = error ?? ""
    if let known = known[text] { return known }
    let group = ErrorGroupID(of: text)
    if known.count < Self.mostKnown { known[text] = group }
    return group
  }
}
