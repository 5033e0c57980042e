package import Jobs

/// Settings of queues that every host must see alike.
package protocol StorageControlling: AnyObject, Sendable {
  /// Pauses or resumes known queues. Claims of a paused queue give nothing; running jobs go on.
  ///
  /// - Returns: for each queue, whether anything changed.
  /// - Throws: `unknownQueue` for the first that is not known; then nothing was changed.
  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool]

  /// Changes settings of a queue, all at once, and makes the queue known; or the rules for all queues.
  /// Writes a log record if anything changed.
  ///
  /// - Returns: whether anything changed; that a queue became known is a change.
  func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool

  /// What is set for a queue.
  ///
  /// - Throws: `unknownQueue`.
  func settings(of queue: QueueName) throws(StorageError) -> QueueSettings

  /// For how long what is over is kept where a queue has no rule of its own.
  func rules() throws(StorageError) -> Retention

  /// The rules of health that are kept, by name. Must not change anything.
  func healthRules() throws(StorageError) -> [StoredHealthRule]

  /// Keeps a rule of health, in the place of one of its name, or removes one. Writes a log record if
  /// anything changed.
  ///
  /// - Returns: whether anything changed.
  func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool
}

/// A request to keep or remove a rule of health.
package struct HealthRuleRequest: Equatable, Sendable {
  /// Its name.
  package var name: QueueName
  /// What it shall be; `nil` to remove it.
  package var rule: StoredHealthRule?
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// What it is, as it would be typed; for the log.
  package var words: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ name: QueueName, _ rule: StoredHealthRule?, actor: String, reason: String? = nil,
    words: String? = nil, now: Instant
  ) {
    self.name = name
    self.rule = rule
    self.actor = actor
    self.reason = reason
    self.words = words
    self.now = now
  }

  /// What the log keeps of it.
  package var record: LogRecord {
    var record = LogRecord(.configured, at: now)
    record.actor = actor
    record.reason = reason
    record.verb = words
    return record
  }

  /// What the rules are afterwards, by name; `nil` where nothing changes.
  ///
  /// - Throws: `invalid` for a rule that is too long, or one too many.
  package func applied(
    to rules: [StoredHealthRule]
  ) throws(StorageError) -> [StoredHealthRule]? {
    var others = rules.filter { $0.name != name }
    guard rules.first(where: { $0.name == name }) != rule else { return nil }
    if let rule {
      do { try rule.validate(besides: others.count) } catch { throw .invalid(error) }
      others.append(rule)
    }
    return others.sorted { $0.name < $1.name }
  }
}

extension StoredHealthRule {
  /// What becomes of it where a store with these rules takes it in.
  package func restoring(among rules: [StoredHealthRule]) -> RestoreOutcome {
    if let there = rules.first(where: { $0.name == name }) {
      return there == self ? .alreadyThere : .differs
    }
    do { try validate(besides: rules.count) } catch { return .differs }
    return .restored
  }
}

/// A request to change settings of a queue, or the rules for all.
package struct ConfigureRequest: Equatable, Sendable {
  /// Which queue; `nil` for the rules for all queues, of which those that say how long something is kept
  /// can be changed.
  package var queue: QueueName?
  /// What changes, in order.
  package var changes: [QueueSettings.Change]
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// What it is, as it would be typed; for the log.
  package var words: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ queue: QueueName?, _ changes: [QueueSettings.Change], actor: String, reason: String? = nil,
    now: Instant
  ) {
    self.queue = queue
    self.changes = changes
    self.actor = actor
    self.reason = reason
    self.now = now
  }

  /// What the log keeps of it.
  package var record: LogRecord {
    var record = LogRecord(.configured, at: now)
    record.queue = queue
    record.actor = actor
    record.reason = reason
    record.verb = words
    return record
  }
}

extension PauseRequest {
  /// What the log keeps of it, for one of its queues.
  package func record(of queue: QueueName) -> LogRecord {
    var record = LogRecord(paused ? .paused : .resumed, at: now)
    record.queue = queue
    record.actor = actor
    record.reason = reason
    if paused, let until { record.verb = "pause --until \(until.rfc3339)" }
    return record
  }
}

/// A request to pause or resume.
package struct PauseRequest: Equatable, Sendable {
  /// Which queues.
  package var queues: [QueueName]
  /// Pause, or resume.
  package var paused: Bool
  /// Until when, for a pause; `nil` for until resumed.
  package var until: Instant?
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ queues: [QueueName], paused: Bool, until: Instant? = nil, actor: String, reason: String?,
    now: Instant
  ) {
    self.queues = queues
    self.paused = paused
    self.until = until
    self.actor = actor
    self.reason = reason
    self.now = now
  }
}
