import Calendar
import Testing

struct CronParsingTests {
  @Test(
    "Texts that say the same are the same",
    arguments: [
      ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 jan *"), ("@monthly", "0 0 1 * *"),
      ("@weekly", "0 0 * * 7"), ("@daily", "0 0 * * *"), ("@MIDNIGHT", "0 0 * * *"),
      ("@hourly", "0 * * * *"), ("0 0 * * 0", "0 0 * * sun"), ("0 0 * * 5-7", "0 0 * * 0,5,6"),
      ("0 0 * * MON-fri", "0 0 * * 1-5"), ("0 0 * DEC *", "0 0 * 12 *"),
      (" 5\t4  * * * ", "05 04 * * *"), ("1-5,10-30/5 0 * * *", "1,2,3,4,5,10,15,20,25,30 0 * * *"),
      ("7-7 0 * * *", "7 0 * * *"), ("0-59/20 3 * * *", "0,20,40 3 * * *"),
      ("9-12/100 3 * * *", "9 3 * * *"), ("0 0 * * 0-7", "0 0 * * 0-6"),
      ("0 0 * * 1-7/3", "0 0 * * 1,4,0"),
    ])
  func synonyms(_ left: String, _ right: String) throws {
    let (one, other) = (try CronExpression(left), try CronExpression(right))
    var instant: Int64 = 1_767_225_600_000
    for _ in 0..<50 {
      let next = try #require(one.next(after: instant, in: .utc))
      #expect(next == other.next(after: instant, in: .utc))
      instant = next
    }
  }

  @Test("A schedule is shown as it was written, without white space around it")
  func text() throws {
    #expect(try CronExpression("  */5 2 *  * mon\t").text == "*/5 2 *  * mon")
  }

  @Test(
    "What is of another dialect, or of none, is refused with its reason",
    arguments: [
      ("", .empty), (" \t ", .empty),
      ("* * * *", .fields(4)), ("0 0 12 * * *", .fields(6)), ("0 0 12 ? * MON *", .fields(7)),
      ("@reboot", .reboot), ("@every 5m", .unknownNickname("@every 5m")),
      ("@fortnightly", .unknownNickname("@fortnightly")),
      ("0 0 ? * 1", .quartz(.day, "?")), ("0 0 L * *", .quartz(.day, "L")),
      ("0 0 15W * *", .quartz(.day, "15W")), ("0 0 LW * *", .quartz(.day, "LW")),
      ("0 0 L-3 * *", .quartz(.day, "L-3")), ("0 0 * * 6#3", .quartz(.weekday, "6#3")),
      ("0 0 * * 5L", .quartz(.weekday, "5L")), ("0 0 * * friL", .quartz(.weekday, "friL")),
      ("0~30 0 * * *", .random(.minute, "0~30")), ("~ 0 * * *", .random(.minute, "~")),
      ("60 * * * *", .outOfRange(.minute, "60")), ("* 24 * * *", .outOfRange(.hour, "24")),
      ("* * 0 * *", .outOfRange(.day, "0")), ("* * 32 * *", .outOfRange(.day, "32")),
      ("* * * 0 *", .outOfRange(.month, "0")), ("* * * 13 *", .outOfRange(.month, "13")),
      ("* * * * 8", .outOfRange(.weekday, "8")),
      ("99999999999999999999 * * * *", .outOfRange(.minute, "99999999999999999999")),
      ("*/99999999999999999999 * * * *", .outOfRange(.minute, "*/99999999999999999999")),
      ("30-10 * * * *", .backwards(.minute, "30-10")),
      ("0 0 * * fri-sun", .backwards(.weekday, "fri-sun")),
      ("0 0 * nov-feb *", .backwards(.month, "nov-feb")),
      ("*/0 * * * *", .zeroStep(.minute, "*/0")), ("1-5/0 * * * *", .zeroStep(.minute, "1-5/0")),
      ("5/10 * * * *", .stepAlone(.minute, "5/10")),
      ("-5 * * * *", .malformed(.minute, "-5")), ("5- * * * *", .malformed(.minute, "5-")),
      ("1,,2 * * * *", .malformed(.minute, "1,,2")), (", * * * *", .malformed(.minute, ",")),
      ("*-5 * * * *", .malformed(.minute, "*-5")), ("** * * * *", .malformed(.minute, "**")),
      ("*5 * * * *", .malformed(.minute, "*5")), ("1-2-3 * * * *", .malformed(.minute, "1-2-3")),
      ("*/5/5 * * * *", .malformed(.minute, "*/5/5")), ("*/ * * * *", .malformed(.minute, "*/")),
      ("+5 * * * *", .malformed(.minute, "+5")), ("1.5 * * * *", .malformed(.minute, "1.5")),
      ("jan * * * *", .malformed(.minute, "jan")), ("* * * mon *", .malformed(.month, "mon")),
      ("* * * * monday", .malformed(.weekday, "monday")),
      ("* * * * mo", .malformed(.weekday, "mo")),
      ("\u{661} * * * *", .malformed(.minute, "\u{661}")),
      ("0 0 30 2 *", .neverFires("0 0 30 2 *")),
      ("0 0 31 4,6,9,11 *", .neverFires("0 0 31 4,6,9,11 *")),
      ("0 0 31 2 */2", .neverFires("0 0 31 2 */2")),
    ] as [(String, CronError)])
  func refused(_ text: String, _ error: CronError) {
    #expect(throws: error) { try CronExpression(text) }
  }

  @Test(
    "What is refused names those who take it, and what to write",
    arguments: [
      ("0 0 12 * * *", "Quartz"), ("0 0 L * *", "cronie"), ("0~30 0 * * *", "cronie"),
      ("5/10 * * * *", "'5-59/10'"), ("0 0 * * 2/2", "'2-6/2'"), ("0 0 * * fri-sun", "fri-7"),
      ("@every 5m", "--every"), ("0 0 31 2 *", "no month"),
    ])
  func sentence(_ text: String, _ part: String) {
    do throws(CronError) {
      _ = try CronExpression(text)
      Issue.record("'\(text)' was accepted")
    } catch {
      #expect(error.description.contains(part))
    }
  }

  @Test("A day that comes in leap years only, or by its weekday, does come")
  func rareDays() throws {
    let start: Int64 = 1_767_225_600_000  // 2026-01-01
    func next(_ text: String) throws -> String? {
      try CronExpression(text).next(after: start, in: .utc).map { RFC3339.text($0) }
    }
    #expect(try next("0 0 29 2 *") == "2028-02-29T00:00:00.000Z")
    #expect(try next("0 0 29 2 */7") == "2032-02-29T00:00:00.000Z")
    #expect(try next("0 0 30 2 1") == "2026-02-02T00:00:00.000Z")
    #expect(try CronExpression("0 0 29 2 */7").next(after: -2_240_524_800_000, in: .utc) != nil)
  }
}
