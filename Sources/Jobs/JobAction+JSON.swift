import Calendar
package import Text

extension JobAction {
  /// Writes it as one JSON object; what it has not is left out.
  ///
  /// A payload is written as a text or in base64, so that whoever reads JSON gets its exact bytes.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("at", at.rfc3339)
    writer.member("event", event.rawValue)
    writer.member("actor", actor)
    writer.present("reason", reason)
    writer.present("filter", filter)
    writer.present("planned", planned)
    writer.present("from_queue", fromQueue?.description)
    if let payload { writer.bytesAsText("payload", payload) }
    writer.endObject()
  }

  /// Reads what `write` wrote; `nil` for anything else.
  ///
  /// A member that a newer qctl may have added is passed over.
  package init?(_ value: JSONValue) {
    guard let at = value["at"]?.string.flatMap({ try? RFC3339.parse($0) }),
      let event = value["event"]?.string.flatMap({ LogRecord.Event(rawValue: $0) }),
      Self.events.contains(event), let actor = value["actor"]?.string
    else { return nil }
    self.init(event, at: Instant(milliseconds: at), actor: actor)
    reason = value["reason"]?.string
    filter = value["filter"]?.string
    planned = value["planned"]?.int64
    fromQueue = value["from_queue"]?.string.flatMap { try? QueueName($0) }
    payload =
      value["payload_text"]?.string.map { Array($0.utf8) }
      ?? value["payload_b64"]?.string.flatMap { Base64.decode($0.utf8) }
  }

  /// Reads one JSON object; `nil` for anything else.
  package init?(json: some Collection<UInt8>) {
    guard let value = try? JSONValue.parse(json) else { return nil }
    self.init(value)
  }
}
