package import Text

/// A rule of `qctl health` as stores keep it: what is looked at, and the thresholds as they were typed.
///
/// Stores know nothing of checks; whoever reads a rule judges whether it makes sense.
package struct StoredHealthRule: Equatable, Sendable {
  /// How it is called.
  package let name: QueueName
  /// What is looked at: `depth`.
  package var check: String
  /// Of which queues; empty for all.
  package var queues: [QueueName]
  /// When to warn, as a range of Nagios.
  package var warning: String?
  /// When it is critical.
  package var critical: String?
  /// For how long it must be so, or the stretch of time that is looked at.
  package var span: TimeSpan?

  /// So many can be kept.
  package static let most = 100
  /// The most bytes that one takes as JSON.
  package static let longestJSON = 500

  /// A rule with its parts.
  package init(
    _ name: QueueName, check: String, queues: [QueueName] = [], warning: String? = nil,
    critical: String? = nil, span: TimeSpan? = nil
  ) {
    self.name = name
    self.check = check
    self.queues = queues
    self.warning = warning
    self.critical = critical
    self.span = span
  }

  /// Checks what its types don't, and whether it may come to others.
  ///
  /// - Parameter others: how many rules of other names there are.
  /// - Throws: `InvalidValue` for one that is too long, or one too many.
  package func validate(besides others: Int) throws(InvalidValue) {
    guard json.count <= Self.longestJSON else {
      throw InvalidValue(.healthRule, "is too long: name fewer queues, or make two rules of it")
    }
    guard others < Self.most else {
      throw InvalidValue(.healthRule, "is one too many: \(Self.most) can be kept")
    }
  }
}

// MARK: - As JSON, in stores and archives

extension StoredHealthRule {
  /// Writes its members into an object that has been begun; what it has not is left out.
  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("name", name.description)
    writer.member("check", check)
    if !queues.isEmpty {
      writer.key("queues")
      writer.beginArray()
      for queue in queues { writer.string(queue.description) }
      writer.endArray()
    }
    writer.present("warning", warning)
    writer.present("critical", critical)
    writer.present("span_ms", span?.milliseconds)
  }

  /// The whole object.
  package var json: [UInt8] {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
    return writer.buffer.bytes
  }

  /// Reads what `json` wrote; `nil` for what can be no rule.
  package init?(_ object: JSONValue) {
    guard let name = object["name"]?.string.flatMap({ try? QueueName($0) }),
      let check = object["check"]?.string
    else { return nil }
    var queues: [QueueName] = []
    for element in object["queues"]?.elements ?? [] {
      guard let queue = element.string.flatMap({ try? QueueName($0) }) else { return nil }
      queues.append(queue)
    }
    self.init(
      name, check: check, queues: queues, warning: object["warning"]?.string,
      critical: object["critical"]?.string,
      span: object["span_ms"]?.int64.map(TimeSpan.init(milliseconds:)))
  }
}
