/// One of the five fields of a cron expression, in their order.
package enum CronField: String, Sendable, CaseIterable {
  case minute, hour, day, month, weekday

  /// The numbers that it takes; 7 is Sunday, as 0 is.
  package var range: ClosedRange<Int> {
    switch self {
    case .minute: 0...59
    case .hour: 0...23
    case .day: 1...31
    case .month: 1...12
    case .weekday: 0...7
    }
  }

  /// The names that stand for numbers, from the first number on.
  var names: [StaticString] {
    switch self {
    case .month:
      ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    case .minute, .hour, .day: []
    }
  }
}
