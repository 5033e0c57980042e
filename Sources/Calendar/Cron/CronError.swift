/// Why a text is not a cron expression of the dialect of Vixie and cronie (conventions §10).
package enum CronError: Error, Equatable, Sendable {
  case empty
  /// Not five fields, but so many.
  case fields(Int)
  /// `@reboot`, which names no time.
  case reboot
  /// A word behind `@` that is not one.
  case unknownNickname(String)
  /// `?`, `L`, `W` or `#`, which Quartz knows.
  case quartz(CronField, String)
  /// `~`, by which cronie draws a number.
  case random(CronField, String)
  /// Neither a number, a name, a range nor a step.
  case malformed(CronField, String)
  /// A number that the field does not have.
  case outOfRange(CronField, String)
  /// A range that ends before it begins.
  case backwards(CronField, String)
  /// A step of nothing.
  case zeroStep(CronField, String)
  /// A step behind a single number.
  case stepAlone(CronField, String)
  /// Days that no month has, such as 30 February.
  case neverFires(String)
}

extension CronError: CustomStringConvertible {
  /// One clause for a message; what the user wrote in it is as given, so escape it for a terminal.
  package var description: String {
    switch self {
    case .empty:
      "the schedule is empty; write five fields, minute hour day month weekday, like '30 2 * * *'"
    case .fields(let count): Self.fields(count)
    case .reboot: "@reboot names no time; have the service manager run the command at start"
    case .unknownNickname(let word):
      "no schedule '\(word)'; use @hourly, @daily, @midnight, @weekly, @monthly, @yearly or "
        + "@annually, or --every 10m"
    case .quartz(let field, let text):
      "\(field.rawValue) '\(text)' is of Quartz; these are the five fields of Vixie cron and cronie, "
        + "with numbers, names, '*', ranges, lists and steps only (and weekdays 0-7 from Sunday)"
    case .random(let field, let text):
      "\(field.rawValue) '\(text)': cronie's '~' draws a time at random, which each host would do "
        + "for itself; write the time"
    case .malformed(let field, let text):
      "\(field.rawValue) '\(text)' is not a number, a range like 1-5, a step like */10, "
        + (field.names.isEmpty
          ? "or a list of these" : "a name of three letters, or a list of these")
    case .outOfRange(let field, let text):
      "\(field.rawValue) '\(text)' is not within \(field.range.lowerBound) to "
        + "\(field.range.upperBound)"
    case .backwards(let field, let text): Self.backwards(field, text)
    case .zeroStep(let field, let text): "\(field.rawValue) '\(text)': a step is at least 1"
    case .stepAlone(let field, let text):
      "\(field.rawValue) '\(text)': cron steps through a range, Quartz from a number; write "
        + "'\(Self.number(of: text))-\(field.range.upperBound == 7 ? 6 : field.range.upperBound)"
        + "/\(Self.step(of: text))'"
    case .neverFires(let text): "'\(text)' never comes: no month it names has such a day"
    }
  }

  private static func fields(_ count: Int) -> String {
    let wanted = "write five: minute hour day month weekday"
    return count == 6 || count == 7
      ? "\(count) fields are a schedule of Quartz, with seconds or years; Vixie cron and cronie have "
        + "no such fields; \(wanted)"
      : "\(count) field\(count == 1 ? "" : "s") where cron has five; \(wanted)"
  }

  private static func backwards(_ field: CronField, _ text: String) -> String {
    "\(field.rawValue) '\(text)' ends before it begins"
      + (field == .weekday
        ? " (Sunday is 0 in front and 7 at the end: write fri-7)" : "; write it as two ranges")
  }

  private static func number(of text: String) -> Substring {
    text.prefix { $0 != "/" }
  }

  private static func step(of text: String) -> Substring {
    text.drop { $0 != "/" }.dropFirst()
  }
}
