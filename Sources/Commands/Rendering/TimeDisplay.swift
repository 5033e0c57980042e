import Calendar
import Jobs

/// How moments are shown to people: relative on a terminal, else local with its offset, or UTC.
///
/// Machine formats are always UTC.
struct TimeDisplay {
  private enum Style {
    case relative(now: Instant)
    case local(TimeZoneRules)
    case utc
  }

  private let style: Style

  /// In UTC, whatever the options say.
  static let utc = TimeDisplay(style: .utc)

  private init(style: Style) { self.style = style }

  /// As the options and the terminal ask for; the zone's file is only read where it is shown.
  init(_ options: OutputOptions, _ context: CommandContext, relative: Bool) {
    if options.utc {
      style = .utc
    } else if relative {
      style = .relative(now: context.now())
    } else {
      style = .local(context.zone)
    }
  }

  /// How wide a column of such times is, so that rows printed one by one stand below their head.
  var width: Int {
    switch style {
    case .relative: 8
    case .local: 25
    case .utc: 24
    }
  }

  /// A moment in a cell; nothing for no moment.
  func text(_ instant: Instant?) -> String {
    guard let instant else { return "" }
    return switch style {
    case .relative(let now):
      RelativeTime.text(of: instant.milliseconds, now: now.milliseconds)
    case .local(let zone): RFC3339.text(instant.milliseconds, in: zone)
    case .utc: RFC3339.text(instant.milliseconds)
    }
  }

  /// The end of something that goes on: `for 2h` on a terminal, else `until 2026-01-31T08:00:00Z`.
  func until(_ end: Instant) -> String {
    if case .relative(let now) = style, end > now {
      return "for \(end.since(now).inWholeSeconds)"
    }
    return "until \(text(end))"
  }
}

extension TimeSpan {
  /// As `brief`, without milliseconds once there are seconds: an age is looked at, not measured.
  var inWholeSeconds: String {
    guard milliseconds >= 1000 else { return brief }
    return TimeSpan(milliseconds: milliseconds / 1000 * 1000).brief
  }

  /// At most two units: `1h 5m` as `1h5m`.
  var brief: String { DurationText.text(milliseconds, units: 2) }
}
