import Jobs
import Text

/// What operators have set for a queue, in its file `settings`: one JSON object, replaced as a whole.
///
/// ```
/// {"paused":true,"paused_until":"2026-11-21T13:20:11.123Z","pause_reason":"deploy",
///  "keep_completed_ms":604800000,"keep_dead":"forever","concurrency":3}
/// ```
struct SettingsFile: Equatable {
  /// A pause, as an operator asked for it; over once `until` has come.
  struct Pause: Equatable {
    let until: Instant?
    let reason: String?
  }

  var pause: Pause?
  var settings = QueueSettings()
  /// Rules of health, by name; in the store's own file alone.
  var health: [StoredHealthRule] = []

  /// No settings are longer.
  static let longest = 64 * 1024 + StoredHealthRule.most * (StoredHealthRule.longestJSON + 1)

  /// The pause in force, if any.
  func pause(at now: Instant) -> Pause? {
    guard let pause else { return nil }
    return pause.until.map { $0 > now } ?? true ? pause : nil
  }
}

extension SettingsFile {
  /// The content of the file.
  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    if let pause {
      writer.member("paused", true)
      if let until = pause.until { writer.member("paused_until", TextTime.text(until)) }
      if let reason = pause.reason { writer.member("pause_reason", reason) }
    }
    for (name, value) in settings.members {
      switch value {
      case .number(let number): writer.member(name, number)
      case .text(let text): writer.member(name, text)
      }
    }
    if !health.isEmpty {
      writer.key("health")
      writer.beginArray()
      for rule in health {
        writer.beginObject()
        rule.writeMembers(to: &writer)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
    writer.endLine()
    return writer.buffer.bytes
  }

  /// Reads the content of the file; `nil` where it makes no sense.
  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONValue.parse(bytes), object.members != nil else { return nil }
    self.init()
    if object["paused"]?.bool == true {
      var until: Instant?
      if let text = object["paused_until"]?.string {
        guard let time = TextTime.read(text) else { return nil }
        until = time
      }
      pause = Pause(until: until, reason: object["pause_reason"]?.string)
    }
    guard let settings = try? QueueSettings(members: { Self.member($0, object) }) else {
      return nil
    }
    self.settings = settings
    health = (object["health"]?.elements ?? []).compactMap(StoredHealthRule.init)
  }

  private static func member(_ name: String, _ object: JSONValue) -> SettingValue? {
    guard let value = object[name] else { return nil }
    if let number = value.int64 { return .number(number) }
    // What is neither number nor text makes no sense as any setting.
    return .text(value.string ?? "")
  }
}
