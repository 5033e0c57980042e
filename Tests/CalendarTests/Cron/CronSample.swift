import TestSupport

/// A random schedule: the text, and apart from it the numbers that it means.
struct CronSample {
  struct Field {
    var text: String
    var numbers: Set<Int>
    var isStarred: Bool { text.hasPrefix("*") }
  }

  let fields: [Field]

  var text: String { fields.map(\.text).joined(separator: " ") }
  var followsWallClock: Bool { fields[0].isStarred || fields[1].isStarred }

  /// Draws one; small hours are more likely, for that is when clocks change.
  init(using random: inout SeededGenerator) {
    let smallHours = Int.random(in: 0..<3, using: &random) > 0
    fields = [
      Self.field(0...59, stars: 4, using: &random),
      Self.field(0...23, stars: 4, likely: smallHours ? 0...4 : nil, using: &random),
      Self.field(1...31, stars: 6, using: &random),
      Self.field(1...12, stars: 7, names: Self.months, using: &random),
      Self.field(0...7, stars: 6, names: Self.weekdays, using: &random),
    ]
  }

  func matches(minute: Int, hour: Int, day: Int, month: Int, weekday: Int) -> Bool {
    guard fields[0].numbers.contains(minute), fields[1].numbers.contains(hour),
      fields[3].numbers.contains(month)
    else { return false }
    let isDay = fields[2].numbers.contains(day)
    let isWeekday =
      fields[4].numbers.contains(weekday) || weekday == 0 && fields[4].numbers.contains(7)
    return fields[2].isStarred || fields[4].isStarred ? isDay && isWeekday : isDay || isWeekday
  }

  private static let months = [
    "", "Jan", "FEB", "mar", "apr", "May", "jun", "JUL", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdays = ["sun", "Mon", "TUE", "wed", "thu", "fri", "sat", "7"]

  private static func field(
    _ range: ClosedRange<Int>, stars: Int, likely: ClosedRange<Int>? = nil, names: [String] = [],
    using random: inout SeededGenerator
  ) -> Field {
    let everything = names.count == 8 ? 0...6 : range
    if Int.random(in: 0..<10, using: &random) < stars {
      if Bool.random(using: &random) { return Field(text: "*", numbers: Set(everything)) }
      let step = Int.random(in: 1...(everything.count + 2), using: &random)
      return Field(
        text: "*/\(step)",
        numbers: Set(stride(from: everything.lowerBound, through: everything.upperBound, by: step)))
    }
    var field = Field(text: "", numbers: [])
    for index in 0..<Int.random(in: 1...3, using: &random) {
      let low = Int.random(in: likely ?? range, using: &random)
      let high = Int.random(in: low...range.upperBound, using: &random)
      func shown(_ number: Int) -> String {
        names.isEmpty || Int(number) % 2 == 0 ? "\(number)" : names[number]
      }
      if index > 0 { field.text += "," }
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        field.text += "\(shown(low))-\(shown(high))"
        field.numbers.formUnion(low...high)
      case 1:
        let step = Int.random(in: 1...9, using: &random)
        field.text += "\(low)-\(high)/\(step)"
        field.numbers.formUnion(stride(from: low, through: high, by: step))
      default:
        field.text += shown(low)
        field.numbers.insert(low)
      }
    }
    return field
  }
}
