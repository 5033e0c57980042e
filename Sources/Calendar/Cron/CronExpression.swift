/// A schedule of five fields in the dialect of Vixie cron and cronie (conventions §10).
///
/// Its ticks are whole minutes of a zone's clocks. Where clocks are changed by less than three hours,
/// it does as cron(8) says: a schedule with a fixed minute and hour that falls into the gap comes once
/// just after the jump, and does not come again in the hour that clocks show twice. One whose minute
/// or hour begins with `*` follows the clock on the wall, and so does every one where clocks are
/// changed by more.
package struct CronExpression: Equatable, Sendable {
  /// As it was written, without white space around it.
  package let text: String
  let minutes: UInt64
  let hours: UInt64
  let days: UInt64
  let months: UInt64
  let weekdays: UInt64
  /// Whether either day field begins with `*`: then both must match, otherwise either does.
  let needsBothDays: Bool
  /// Whether minute or hour begins with `*`.
  let followsWallClock: Bool

  /// Reads five fields, or `@daily` and its like.
  package init(_ text: String) throws(CronError) {
    let bytes = Array(text.utf8)
    var fields = bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = fields.first, let last = fields.last else { throw .empty }
    self.text = String(decoding: bytes[first.startIndex..<last.endIndex], as: UTF8.self)
    if first.first == UInt8(ascii: "@") {
      guard fields.count == 1 else { throw .unknownNickname(self.text) }
      fields = Array(try Self.meaning(of: self.text).utf8).split(separator: UInt8(ascii: " "))
    }
    guard fields.count == 5 else { throw .fields(fields.count) }
    func mask(_ field: CronField, _ place: Int) throws(CronError) -> UInt64 {
      try CronFieldReader(field: field, bytes: fields[place]).mask()
    }
    minutes = try mask(.minute, 0)
    hours = try mask(.hour, 1)
    days = try mask(.day, 2)
    months = try mask(.month, 3)
    weekdays = try mask(.weekday, 4)
    func isStarred(_ place: Int) -> Bool { fields[place].first == UInt8(ascii: "*") }
    followsWallClock = isStarred(0) || isStarred(1)
    needsBothDays = isStarred(2) || isStarred(4)
    guard comesEver else { throw .neverFires(self.text) }
  }

  private static func meaning(of nickname: String) throws(CronError) -> String {
    switch nickname.lowercased() {
    case "@yearly", "@annually": return "0 0 1 1 *"
    case "@monthly": return "0 0 1 * *"
    case "@weekly": return "0 0 * * 0"
    case "@daily", "@midnight": return "0 0 * * *"
    case "@hourly": return "0 * * * *"
    case "@reboot": throw .reboot
    default: throw .unknownNickname(nickname)
    }
  }

  /// Each weekday falls on each day of the year at some time, 29 February included; so only a day
  /// that none of the months has can keep a schedule from coming.
  private var comesEver: Bool {
    guard needsBothDays else { return true }
    return (1...12).contains { month in
      months & 1 << UInt64(month) != 0 && days & Self.bits(ofMonth: month, year: 2_000) != 0
    }
  }

  /// The days that a month has, as bits.
  static func bits(ofMonth month: Int, year: Int64) -> UInt64 {
    (1 << UInt64(CivilDate.length(ofMonth: month, year: year) + 1)) - 2
  }
}
