// What is set for a queue as members of a JSON object, in the one form that settings files and archives
// share. What is not set has no member.

/// A setting as a member of a JSON object has it.
package enum SettingValue: Equatable, Sendable {
  /// A whole number.
  case number(Int64)
  /// A text.
  case text(String)
}

/// A setting whose value makes no sense.
package struct InvalidSetting: Error, Equatable, Sendable {
  /// The member that has it.
  package let name: String
}

extension QueueSettings {
  /// All that is set: names and values, always in the same order.
  package var members: [(name: String, value: SettingValue)] {
    var found: [(String, SettingValue)] = []
    for (name, keep) in Self.keeps {
      switch retention[keyPath: keep] {
      case .span(let span)?: found.append((name + "_ms", .number(span.milliseconds)))
      case .forever?: found.append((name, .text(Self.forever)))
      case nil: break
      }
    }
    for (name, path) in Self.numbers {
      if let number = self[keyPath: path] { found.append((name, .number(number))) }
    }
    if let rate = limits.rate { found.append(("rate", .text(rate.description))) }
    if let backoff = defaults.backoff { found.append(("backoff", .text(backoff.description))) }
    return found
  }

  /// Reads what is set.
  ///
  /// - Parameter member: gives the value of a member; `nil` where there is none.
  /// - Throws: `InvalidSetting` for the first whose value makes no sense.
  package init(
    members member: (String) throws(InvalidSetting) -> SettingValue?
  ) throws(InvalidSetting) {
    self.init()
    for (name, keep) in Self.keeps {
      switch (try member(name), try member(name + "_ms")) {
      case (.text(Self.forever)?, nil): retention[keyPath: keep] = .forever
      case (nil, .number(let span)?) where span >= 0:
        retention[keyPath: keep] = .span(TimeSpan(milliseconds: span))
      case (nil, nil): break
      default: throw InvalidSetting(name: name)
      }
    }
    for (name, path) in Self.numbers {
      switch try member(name) {
      case .number(let number)?:
        self[keyPath: path] = number
        // A value that does not fit is not taken.
        guard self[keyPath: path] == number else { throw InvalidSetting(name: name) }
      case nil: break
      default: throw InvalidSetting(name: name)
      }
    }
    limits.rate = try Self.read("rate", member) { Rate($0) }
    defaults.backoff = try Self.read("backoff", member) { try? Backoff($0) }
  }

  private static func read<Value>(
    _ name: String, _ member: (String) throws(InvalidSetting) -> SettingValue?,
    _ parse: (String) -> Value?
  ) throws(InvalidSetting) -> Value? {
    guard let found = try member(name) else { return nil }
    guard case .text(let text) = found, let value = parse(text) else {
      throw InvalidSetting(name: name)
    }
    return value
  }

  private static let forever = "forever"

  private static var keeps: [(String, WritableKeyPath<Retention, Keep?>)] {
    [
      ("keep_completed", \.completed), ("keep_cancelled", \.cancelled), ("keep_dead", \.dead),
      ("keep_attempts", \.attempts), ("keep_keys", \.keys),
      ("keep_log", \.log), ("keep_minutes", \.minutes),
    ]
  }

  private static var numbers: [(String, WritableKeyPath<QueueSettings, Int64?>)] {
    [
      ("concurrency", \.concurrencyNumber), ("concurrency_per_key", \.perKeyNumber),
      ("burst", \.burstNumber), ("max_attempts", \.attemptsNumber),
      ("timeout_ms", \.timeoutNumber), ("priority", \.priorityNumber),
      ("max_depth", \.depthNumber), ("aging_ms", \.agingNumber),
      ("workers", \.workersNumber),
    ]
  }
}

// MARK: - Numbers within their bounds

extension QueueSettings {
  private static func within(_ bounds: ClosedRange<Int64>, _ number: Int64?) -> Int64? {
    number.flatMap { bounds.contains($0) ? $0 : nil }
  }

  private var concurrencyNumber: Int64? {
    get { limits.concurrency }
    set { limits.concurrency = Self.within(1...QueueLimits.most, newValue) }
  }

  private var perKeyNumber: Int64? {
    get { limits.concurrencyPerKey }
    set { limits.concurrencyPerKey = Self.within(1...QueueLimits.most, newValue) }
  }

  private var burstNumber: Int64? {
    get { limits.burst }
    set { limits.burst = Self.within(1...Rate.most, newValue) }
  }

  private var attemptsNumber: Int64? {
    get { defaults.maxAttempts }
    set { defaults.maxAttempts = Self.within(1...1000, newValue) }
  }

  private var timeoutNumber: Int64? {
    get { defaults.timeout?.milliseconds }
    set {
      defaults.timeout = Self.within(1...Int64.max, newValue).map(TimeSpan.init(milliseconds:))
    }
  }

  private var priorityNumber: Int64? {
    get { defaults.priority?.level }
    set { defaults.priority = newValue.flatMap { try? Priority($0) } }
  }

  private var depthNumber: Int64? {
    get { maxDepth }
    set { maxDepth = Self.within(1...Self.largestDepth, newValue) }
  }

  private var workersNumber: Int64? {
    get { workers }
    set { workers = Self.within(1...Self.mostWorkers, newValue) }
  }

  private var agingNumber: Int64? {
    get { aging?.milliseconds }
    set {
      aging = Self.within(1...Self.longestAging.milliseconds, newValue)
        .map(TimeSpan.init(milliseconds:))
    }
  }
}
