/// How long ago or ahead an instant is, for people: `3m ago`, `in 2h`, `now`.
package enum RelativeTime {
  /// Both in milliseconds since 1970; at most the two largest units are told, the rest is cut.
  package static func text(of instant: Int64, now: Int64) -> String {
    let (difference, isOver) = instant.subtractingReportingOverflow(now)
    let clamped = isOver ? (instant < now ? -Int64.max : Int64.max) : difference
    // Less than a second is noise; above it, milliseconds are.
    let seconds = clamped / 1_000
    guard seconds != 0 else { return "now" }
    let length = DurationText.text(Int64(clamping: seconds.magnitude) * 1_000, units: 2)
    return seconds < 0 ? "\(length) ago" : "in \(length)"
  }
}
