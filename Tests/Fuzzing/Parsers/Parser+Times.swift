import Calendar

extension Parser {
  static let times: [Parser] = [duration, instant, moment, zoneFile, zoneRule, byteSize]

  private static let units = [
    "ms", "s", "sec", "m", "min", "h", "hr", "d", "w", "M", "y", ".", "P", "T",
  ]

  private static let duration = Parser(
    "duration",
    texts: ["1h30m", "90", "1.5h", "2w 3d 4hr 5min 6sec 7ms", "PT1H30M", "P1W2DT3H4.5S"],
    words: units
  ) { text in
    let model = SlowTimes.duration(text)
    do throws(DurationError) {
      let length = try DurationText.parse(text)
      guard length >= 0 else { return .wrong("below zero") }
      if let model, model != Int128(length) { return .wrong("the model says \(model)") }
      let negative = try DurationText.parse("-" + text, allowsNegative: true)
      guard negative == -length else { return .wrong("its negative is another") }
      let again = try DurationText.parse(DurationText.text(length))
      return .accepted(if: again == length, "printed and read again, it differs")
    } catch {
      if let model, model <= Int128(Int64.max) { return .wrong("the model says \(model)") }
      return error.description.isEmpty ? .wrong("says nothing") : .refused
    }
  }

  /// A time that people type, read in a zone with daylight time.
  private static let instant = Parser(
    "time",
    texts: [
      "now", "today", "yesterday", "tomorrow", "@1769847300.5", "@-1", "-2h", "+10m", "in 1d",
      "2h ago", "2026-03-29 03:30:01.5", "2026-10-25T02:30", "2026-01-31", "2026-01-31T08:15:00Z",
    ], words: ["@", "-", "+", "in ", " ago", "T", "Z", "+01:00", ":60", "0000-", "9999-12-31"]
  ) { text in
    do throws(InstantError) {
      let time = try InstantText.parse(text, now: 1_767_225_600_000) {
        () throws(TimeZoneError) in zone
      }
      _ = (
        RFC3339.text(time, in: zone), RelativeTime.text(of: time, now: .min), zone.civil(at: time)
      )
      _ = RelativeTime.text(of: time, now: .max)
      return .accepted
    } catch { return error.description.isEmpty ? .wrong("says nothing") : .refused }
  }

  private static let zone: TimeZoneRules = {
    let resolver = TimeZoneResolver(
      environment: { _ in "CET-1CEST,M3.5.0,M10.5.0/3" }, readFile: { _ in nil })
    return (try? resolver.local()) ?? .utc
  }()

  private static let moment = Parser(
    "RFC 3339",
    texts: [
      "2026-01-31T08:15:30.123Z", "1969-12-31t23:59:59+23:59", "2016-12-31T23:59:60Z",
      "0000-01-01 00:00:00z", "2000-02-29T00:00:00-00:00",
    ], words: ["Z", "T", "+00:00", "-23:59", ".5", ":60", "-02-29", "-12-31"]
  ) { text in
    let model = SlowTimes.moment(text)
    guard let time = try? RFC3339.parse(text) else {
      return model == nil ? .refused : .wrong("the model reads it")
    }
    guard model == time else { return .wrong("the model says \(model ?? 0), not \(time)") }
    let printed = RFC3339.text(time)
    guard printed.utf8.count == 24 else { return .accepted }
    return .accepted(if: (try? RFC3339.parse(printed)) == time, "printed, it is read otherwise")
  }

  private static let zoneFile = Parser(
    "zone file", bytes: ZoneFileExamples.all,
    words: ["TZif2", "TZif", "\n", "CET-1CEST,M3.5.0,M10.5.0/3"]
  ) { bytes in
    guard let rules = try? TimeZoneRules(name: "x", tzif: bytes) else { return .refused }
    return ZoneChecks.judge(rules)
  }

  private static let zoneRule = Parser(
    "zone rule",
    texts: ["CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3<-02>,J60/-167,365/167", "EST5EDT", "UTC0"],
    words: [",", "/", "J", "M", "<", ">", ":", ".", "J365", "M12.5.6", "-24:59:59", "/167"]
  ) { text in
    let resolver = TimeZoneResolver(environment: { _ in text }, readFile: { _ in nil })
    guard let rules = try? resolver.local() else { return .refused }
    return ZoneChecks.judge(rules)
  }

  private static let byteSize = Parser(
    "size", texts: ["64K", "1.5MiB", "10 kb", "9223372036854775807", "0.001T"],
    words: ["K", "KiB", "KB", "B", "T", ".", " "]
  ) { text in
    do throws(ByteSizeError) {
      let size = try ByteSize.parse(text)
      guard size >= 0, text.utf8.allSatisfy({ $0 < 0x80 }) else { return .wrong("no such size") }
      _ = ByteSize.text(size)
      return .accepted(if: (try? ByteSize.parse(String(size))) == size, "read again, it differs")
    } catch { return error.description.isEmpty ? .wrong("says nothing") : .refused }
  }
}
