import CommandLineSpec
import Engine
import Jobs

/// What a rule of health is made of, as it is typed.
struct HealthThresholds: Sendable {
  var queues: [QueueName] = []
  var warning: String?
  var critical: String?
  var forSpan: TimeSpan?
  var inSpan: TimeSpan?

  static let flags: [Flag<HealthThresholds>] = [
    .values("queue", short: "q", "QUEUE", splitsCommas: true, \.queues, "Only these queues") {
      (text) throws(ValueError) in try ValueText.queue(text)
    }.completing(.queue),
    .string(
      "warning", short: "w", "RANGE", \.warning, "When to warn: 10, 10:, ~:10, 10:20, @10:20"),
    .string("critical", short: "c", "RANGE", \.critical, "When it is critical"),
    .value("for", "TIME", \.forSpan, "Only once it has been so for that long (depth)") {
      (text) throws(ValueError) -> TimeSpan? in try stretch(text)
    },
    .value(
      "in", "TIME", \.inSpan,
      "The stretch of time that counts (dlq-growth, failure-rate, duration-p99)"
    ) { (text) throws(ValueError) -> TimeSpan? in try stretch(text) },
  ]

  private static func stretch(_ text: String) throws(ValueError) -> TimeSpan {
    let span = try ValueText.duration(text)
    guard (TimeSpan.seconds(1)...TimeSpan.hours(24 * 90)).contains(span) else {
      throw .malformed("is no stretch of time from a second to 90 days")
    }
    return span
  }

  /// Whether nothing of it was given but perhaps queues.
  var isBare: Bool { warning == nil && critical == nil && forSpan == nil && inSpan == nil }

  /// The rule of a check; what holds anyway where no threshold is given.
  func rule(
    _ check: HealthCheck, origin: HealthRule.Origin = .asked
  ) throws(UsageError) -> HealthRule {
    if forSpan != nil, !check.takesFor { throw .invalid("--for is for the check depth") }
    if inSpan != nil, !check.takesIn {
      throw .invalid("--in is for the checks dlq-growth, failure-rate and duration-p99")
    }
    if !queues.isEmpty, check == .store { throw .invalid("--queue is not for the check store") }
    var rule = HealthRule(check, queues: queues, span: forSpan ?? inSpan, origin: origin)
    rule.warning = try Self.range(warning, "--warning", check)
    rule.critical = try Self.range(critical, "--critical", check)
    if warning == nil, critical == nil, let standard = HealthRule.builtIn(check) {
      rule.warning = standard.warning
      rule.critical = standard.critical
      rule.span = rule.span ?? standard.span
    }
    return rule
  }

  private static func range(
    _ text: String?, _ flag: String, _ check: HealthCheck
  ) throws(UsageError) -> AlertRange? {
    guard let text else { return nil }
    do {
      return try AlertRange(text, check.unit)
    } catch {
      throw .badValue(flag: flag, value: text, .malformed(error.description))
    }
  }
}

/// The options of `health`.
struct HealthOptions: Sendable {
  var names: [String] = []
  var thresholds = HealthThresholds()
  var timeout = TimeSpan.seconds(8)
  var verbosity = 0
  var format = HealthFormat.nagios
  var output = OutputOptions()
  var store = StoreOptions()

  static let flags: [Flag<HealthOptions>] =
    HealthThresholds.flags.lifted(\.thresholds) + [
      .value("timeout", short: "t", "TIME", \.timeout, "Answer within that time: 8, 500ms") {
        (text) throws(ValueError) in
        let span = try ValueText.duration(text)
        guard (TimeSpan(milliseconds: 1)...TimeSpan.hours(1)).contains(span) else {
          throw .malformed("is no time-out from 1ms to 1h")
        }
        return span
      }.default("8s"),
      .count(
        "verbose", short: "v", \.verbosity, "More in the line; -vv: every check, -vvv: its rule"),
      .choice(
        "output", short: "o", "FORMAT", \.format, "How to print: nagios, checkmk or json"
      ).default("nagios").section("Output"),
      .constant("json", \.format, .json, "One JSON object; the same as -o json").section("Output"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store)

  /// Everything that can be wrong before a store is opened.
  func check() throws(UsageError) {
    for check in names.compactMap(HealthCheck.init) { _ = try thresholds.rule(check) }
    guard !thresholds.isBare else { return }
    guard names.count == 1, HealthCheck(rawValue: names[0]) != nil else {
      throw .invalid("-w, -c, --for and --in are for one check, as in 'qctl health depth -w 100'")
    }
  }
}
