import Calendar
import Jobs

extension Parser {
  static let schedules: [Parser] = [cron, schedule]

  private static let cron = Parser(
    "cron",
    texts: [
      "30 2 * * *", "*/5 1-5,10-20/3 1,15 jan-mar,DEC 0-7", "@daily", "@Yearly", "0 0 29 2 */7",
      "59 23 31 12 sat",
    ],
    words: [
      "*", "/", "-", ",", " ", "\t", "@", "sun", "JAN", "L", "W", "#", "?", "~", "7", "60",
      "@reboot", "0 0 30 2 *",
    ]
  ) { text in
    do throws(CronError) {
      let cron = try CronExpression(text)
      let start: Int64 = 1_767_225_600_123
      guard let first = cron.next(after: start, in: .utc), first > start, first % 60_000 == 0
      else { return .wrong("it never comes, or not on the minute") }
      guard cron.latest(upTo: first, after: start, in: .utc) == first else {
        return .wrong("the first tick is not the latest")
      }
      let again = try CronExpression(cron.text)
      return .accepted(if: again == cron, "read again, it differs")
    } catch { return error.description.isEmpty ? .wrong("says nothing") : .refused }
  }

  private static let schedule = Parser(
    "schedule",
    examples: [
      #"{"name":"a","cron":"30 2 * * *","time_zone":"UTC","catchup":"all","overlap":"skip","paused":false,"created_at":"2026-01-01T00:00:00.000Z","next_tick":"2026-01-01T02:30:00.000Z","job":{"queue":"q","type":"t","priority":5,"tags":{"a":"b"},"payload":{"a":[1]}}}"#,
      #"{"name":"b","every_ms":60000,"time_zone":"Europe/Berlin","catchup":"none","overlap":"queue","paused":true,"created_at":"2026-01-01T00:00:00.000Z","job":{"queue":"q","type":"t","priority":0,"unique_key":"k","payload_b64":"/w=="}}"#,
    ],
    words: [
      "\"cron\":", "\"every_ms\":", "null", "\"payload_text\":\"\"", "-1", "9223372036854775807",
    ]
  ) { bytes in
    do throws(InvalidValue) {
      let schedule = try Schedule(json: bytes)
      _ = schedule.due(at: Instant(milliseconds: 1_767_225_600_000), in: .utc)
      _ = schedule.due(at: Instant(milliseconds: .max), in: .utc)
      let again = try Schedule(json: schedule.json)
      return .accepted(if: again == schedule, "written and read again, it differs")
    } catch { return .refused(saying: error.reason) }
  }
}
