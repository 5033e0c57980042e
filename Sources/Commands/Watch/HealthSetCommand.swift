import CommandLineSpec
import Engine
import Jobs
import Storage

/// `qctl health set`: keeps a rule in the store, so that every host judges by the same.
enum HealthSetCommand {
  struct Options: Sendable {
    var name: QueueName?
    var check: HealthCheck?
    var thresholds = HealthThresholds()
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "health set", "Keep a rule of health in the store", defaults: Options(),
    flags: HealthThresholds.flags.lifted(\.thresholds) + [
      .string("reason", "TEXT", \.reason, "Why, for the log")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("NAME", \.name, "How the rule is called") { (text) throws(ValueError) -> QueueName? in
        try name(text)
      }.completing(LiveNames.rule),
      .one("CHECK", \.check, "What it looks at, as in qctl health") {
        (text) throws(ValueError) -> HealthCheck? in try Choice<HealthCheck>.parse(text)
      }.completing(.choices(Choice<HealthCheck>.words)),
    ],
    prose: [
      "\(command: "health") judges by kept rules as well as by those that hold anyway, of which one gives way to a kept rule of the same check, for its queues; without \(flag: "queue") that is every queue. A rule of the same name is replaced. Thresholds and checks are explained with \(command: "health"); without \(flag: "warning") and \(flag: "critical") a check has its usual ones.",
      "Rules live in the store, so that every host sees the same ones, and the log keeps who changed them and why (\(flag: "reason")).",
    ],
    examples: [
      Example(
        "qctl health set backlog depth -q emails -w 5000 -c 20000 --for 10m",
        "A queue that may be long"),
      Example("qctl health set slow duration-p99 -q reports -c 2m", "No baseline, but two minutes"),
    ],
    exits: ExitStatus.notes(.badData), seeAlso: ["health", "health list", "health remove"],
    validate: { (options) throws(UsageError) in
      if let check = options.check { _ = try options.thresholds.rule(check) }
    },
    run: { Action($0, run) })

  /// A name that means nothing else where `health` is told what to look at.
  private static func name(_ text: String) throws(ValueError) -> QueueName {
    guard HealthCheck(rawValue: text) == nil, !["set", "list", "remove"].contains(text) else {
      throw .malformed("is the name of a check or a command")
    }
    return try ValueText.queue(text)
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let name = options.name, let check = options.check else { return .usage }
    let given = options.thresholds
    let rule = StoredHealthRule(
      name, check: check.rawValue, queues: given.queues, warning: given.warning,
      critical: given.critical, span: given.forSpan ?? given.inSpan)
    return try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(given.queues, store, context) { return status }
      let request = HealthRuleRequest(
        name, rule, actor: context.actor, reason: options.reason, words: rule.words,
        now: context.now())
      let isChanged = try stored { () throws(StorageError) in
        try store.changeHealthRule(request)
      }
      if !options.output.quiet {
        context.tell("rule \(name) \(isChanged ? "is" : "already is"): \(rule.shown)")
      }
      return .success
    }
  }
}

/// `qctl health remove`: forgets kept rules.
enum HealthRemoveCommand {
  struct Options: Sendable {
    var names: [QueueName] = []
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "health remove", "Remove kept rules of health", defaults: Options(),
    flags: [.string("reason", "TEXT", \.reason, "Why, for the log")]
      + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .many("NAME", minimum: 1, \.names, "The rules", parse: ValueText.queue)
        .completing(LiveNames.rule)
    ],
    prose: [
      "If one of the rules is not there, none is removed. What holds anyway then holds again."
    ],
    examples: [Example("qctl health remove backlog --reason 'queue is gone'", "For ever")],
    exits: ExitStatus.notes(.negative), seeAlso: ["health set", "health list"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      let kept = try stored { () throws(StorageError) in try store.healthRules() }
      let missing = options.names.filter { name in !kept.contains { $0.name == name } }
      for name in missing { context.tell("no rule '\(name)'; 'qctl health list' lists them") }
      guard missing.isEmpty else { return .negative }
      for name in options.names {
        let request = HealthRuleRequest(
          name, nil, actor: context.actor, reason: options.reason,
          words: "health remove \(name)", now: context.now())
        let isChanged = try stored { () throws(StorageError) in
          try store.changeHealthRule(request)
        }
        if !options.output.quiet {
          context.tell("rule \(name) \(isChanged ? "was removed" : "is gone already")")
        }
      }
      return .success
    }
  }
}

extension StoredHealthRule {
  /// What it says, as it would be typed behind its name.
  var shown: String {
    var text = check
    if !queues.isEmpty { text += " -q " + queues.map(\.description).joined(separator: ",") }
    if let warning { text += " -w \(warning)" }
    if let critical { text += " -c \(critical)" }
    if let span {
      let flag = HealthCheck(rawValue: check)?.takesFor == true ? "--for" : "--in"
      text += " \(flag) \(Words.span(span))"
    }
    return text
  }

  /// The command as it would be typed.
  fileprivate var words: String { "health set \(name) \(shown)" }
}
