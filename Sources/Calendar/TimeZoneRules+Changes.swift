extension TimeZoneRules {
  /// The instants at which clocks may change, both ends included; all in milliseconds since 1970.
  func changes(from first: Int64, through last: Int64) -> [Int64] {
    guard first <= last else { return [] }
    // The first second that is not before `first`.
    let seconds = (first + 999).flooredQuotient(1_000)
    let end = last.flooredQuotient(1_000)
    return seconds <= end ? transitions(in: seconds...end).map { $0 * 1_000 } : []
  }

  /// The next instant after `instant` at which clocks may change, or where none comes in the next
  /// year, one that is about as far and at which they don't.
  func nextChange(after instant: Int64) -> Int64 {
    // A rule tells its transitions for the year after the present one, no further.
    let year: Int64 = 360 * 86_400_000
    return changes(from: instant + 1, through: instant + year).min() ?? instant + year
  }
}
