import CommandLineSpec
import Engine
import Jobs
import Storage
import Text

/// The rules that a command line asks for: those of the store, and those that hold anyway.
struct HealthRules {
  private(set) var rules: [HealthRule] = []
  /// What is said of kept rules that make no sense to this qctl.
  private(set) var broken: [HealthVerdict] = []

  /// Those of the checks and rules that are named; all where none is.
  static func wanted(
    _ options: HealthOptions, _ store: any StorageAdapter
  ) throws(CommandFailure) -> HealthRules {
    let kept = try stored { () throws(StorageError) in try store.healthRules() }
    var wanted = HealthRules()
    guard !options.names.isEmpty else {
      wanted.rules = HealthRule.builtIn
      for rule in kept { wanted.add(rule) }
      wanted.narrow(to: options.thresholds.queues)
      return wanted
    }
    for name in options.names {
      if let check = HealthCheck(rawValue: name) {
        wanted.rules.append(try asked(check, options))
      } else if let rule = kept.first(where: { $0.name.description == name }) {
        wanted.add(rule)
      } else {
        throw unknown(name, kept)
      }
    }
    return wanted
  }

  private static func asked(
    _ check: HealthCheck, _ options: HealthOptions
  ) throws(CommandFailure) -> HealthRule {
    do throws(UsageError) {
      return try options.thresholds.rule(check)
    } catch {
      throw .failed(.usage, error.message)
    }
  }

  private mutating func add(_ kept: StoredHealthRule) {
    guard let rule = Self.rule(kept) else {
      var verdict = HealthVerdict(
        HealthRule(.store, origin: .stored(kept.name)), of: kept.name.description, .unknown,
        "this qctl can't read the rule")
      verdict.remedy = "put it anew: qctl health set \(kept.name) CHECK"
      return broken.append(verdict)
    }
    rules.append(rule)
  }

  /// Of rules for all queues, those of some; others are left where they are of one of them.
  private mutating func narrow(to queues: [QueueName]) {
    guard !queues.isEmpty else { return }
    rules = rules.compactMap { rule in
      var rule = rule
      rule.queues = rule.queues.isEmpty ? queues : rule.queues.filter(queues.contains)
      return rule.queues.isEmpty || !rule.check.isOfQueues && rule.check != .schedules ? nil : rule
    }
  }

  /// A kept rule as one to judge by; `nil` where it makes no sense.
  static func rule(_ kept: StoredHealthRule) -> HealthRule? {
    guard let check = HealthCheck(rawValue: kept.check) else { return nil }
    var thresholds = HealthThresholds()
    thresholds.queues = kept.queues
    thresholds.warning = kept.warning
    thresholds.critical = kept.critical
    if check.takesFor { thresholds.forSpan = kept.span } else { thresholds.inSpan = kept.span }
    return try? thresholds.rule(check, origin: .stored(kept.name))
  }

  private static func unknown(_ name: String, _ kept: [StoredHealthRule]) -> CommandFailure {
    let known = HealthCheck.allCases.map(\.rawValue) + kept.map(\.name.description)
    let near = EditDistance.nearest(name, among: known)
    let hint =
      near.isEmpty ? "there are \(known.joined(separator: ", "))" : "did you mean '\(near[0])'?"
    return .failed(.usage, "no check or rule '\(name)', \(hint)")
  }
}
