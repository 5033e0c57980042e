import CommandLineSpec
import Jobs
import Storage

/// `qctl queue set`: changes settings of a queue, all at once.
enum QueueSetCommand {
  struct Options: Sendable {
    var name: QueueName?
    var allQueues = false
    /// What shall be, by the name of the setting.
    var changes: [String: QueueSettings.Change] = [:]
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()

    /// In the order of the table.
    var ordered: [QueueSettings.Change] { QueueSetting.all.compactMap { changes[$0.name] } }
  }

  static let command = Command<Options, Action>(
    "queue set", "Change settings of a queue, and make it known", defaults: Options(),
    flags: QueueSetting.all.map(flag) + [
      .switch("all-queues", \.allQueues, "Change the rule for all queues; only what is kept"),
      .string("reason", "TEXT", \.reason, "Why, for the log"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .optional("QUEUE", \.name, "The queue") { (text) throws(ValueError) -> QueueName? in
        try ValueText.queue(text)
      }.completing(.queue)
    ],
    prose: [
      "All settings given are changed in one step, and what changed is told: from what, to what. \(literal: "default") gives a setting back to the rule for all queues. The log keeps who changed settings and why (\(flag: "reason")).",
      "A concurrency limit counts what runs in all workers, orphans of dead workers included, so that never more run; a job that would be one too many waits, and others are not held up by a concurrency key at its limit. A rate is paid for by each start, with \(flag: "burst") at once. Where as many jobs wait as \(flag: "max-depth") allows, enqueues are refused; what comes back (retries, replays, jobs of schedules) is not. With \(flag: "aging") a job that has waited for so long goes before one that is a level more urgent.",
      "\(flag: "all-queues") changes the rule for all queues: how long jobs, attempts, keys, log and minutes are kept where a queue does not say.",
      "Settings live in the store, so that every host sees the same ones. A queue that is not known yet is made, and the store too where there is none; where a known queue has nearly the same name, qctl says so.",
      "Jobs that are over are removed by the workers as they go, some time after their time is up. Before dead jobs are removed, the log says how many.",
    ],
    examples: [
      Example("qctl queue set emails --keep-completed 1d --keep-dead forever", "Two at once"),
      Example("qctl queue set emails --keep-dead default", "As all queues"),
      Example(
        "qctl queue set emails --concurrency 3 --rate 100/m", "Three at a time, and no faster"),
      Example("qctl queue set --all-queues --keep-log 90d", "A rule for all queues"),
    ],
    exits: ExitStatus.notes(.cannotCreate), seeAlso: ["queue show", "queue list", "pause"],
    validate: validate, run: { Action($0, run) })

  private static func flag(_ setting: QueueSetting) -> Flag<Options> {
    let (name, parse) = (setting.name, setting.parse)
    return Flag.value(setting.flagName, setting.valueName, \.changes[name], setting.summary) {
      (text) throws(ValueError) -> QueueSettings.Change? in try parse(text)
    }.section("Settings")
  }

  private static func validate(_ options: Options) throws(UsageError) {
    guard options.allQueues == (options.name == nil) else {
      throw .invalid(options.allQueues ? "--all-queues needs no QUEUE" : "QUEUE is missing")
    }
    guard !options.changes.isEmpty else {
      throw .invalid("nothing to set; 'qctl queue show QUEUE' shows what there is")
    }
    let wrong = QueueSetting.all.first {
      options.changes[$0.name] != nil && $0.reach == (options.allQueues ? .one : .all)
    }
    guard let wrong else { return }
    throw .invalid(
      options.allQueues
        ? "--\(wrong.flagName) is for one queue" : "--\(wrong.flagName) is for --all-queues")
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      guard let name = options.name else { return try setRules(options, store, context) }
      // Misspelt or not, it is told, also where only errors are: nobody meant to make a queue.
      try UnknownQueues.tell(newly: name, store, context)
      let before = try settings(of: name, store)
      var after = before
      for change in options.ordered { after.apply(change) }
      var request = ConfigureRequest(
        name, options.ordered, actor: context.actor, reason: options.reason, now: context.now())
      request.words = words(options, after)
      let rules = try stored { () throws(StorageError) in
        _ = try store.configure(request)
        return try store.rules()
      }
      tell("queue \(name)", options, context) { setting in
        (text(setting, before, rules), text(setting, after, rules))
      }
      return .success
    }
  }

  /// Changes the rules for all queues.
  private static func setRules(
    _ options: Options, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let before = try stored { () throws(StorageError) in try store.rules() }
    let after = before.changed(by: options.ordered)
    var request = ConfigureRequest(
      nil, options.ordered, actor: context.actor, reason: options.reason, now: context.now())
    request.words = words(options, QueueSettings(retention: after)) + " --all-queues"
    _ = try stored { () throws(StorageError) in try store.configure(request) }
    tell("all queues", options, context) { setting in
      (setting.value(in: QueueSettings(), before), setting.value(in: QueueSettings(), after))
    }
    return .success
  }

  /// The command as it would be typed, but for the queue, which a record of the log names itself.
  private static func words(_ options: Options, _ after: QueueSettings) -> String {
    QueueSetting.all.filter { options.changes[$0.name] != nil }.reduce("queue set") {
      "\($0) --\($1.flagName) \($1.shown(after) ?? "default")"
    }
  }

  private static func settings(
    of queue: QueueName, _ store: any StorageAdapter
  ) throws(CommandFailure) -> QueueSettings {
    do {
      return try store.settings(of: queue)
    } catch {
      guard case .unknownQueue = error else { throw CommandFailure(error) }
      return QueueSettings()
    }
  }

  private static func tell(
    _ whose: String, _ options: Options, _ context: CommandContext,
    _ texts: (QueueSetting) -> (String, String)
  ) {
    guard !options.output.quiet else { return }
    for setting in QueueSetting.all where options.changes[setting.name] != nil {
      let (old, new) = texts(setting)
      context.tell(
        old == new
          ? "\(whose): \(setting.flagName) already is \(new)"
          : "\(whose): \(setting.flagName) was \(old), now is \(new)")
    }
  }

  private static func text(
    _ setting: QueueSetting, _ settings: QueueSettings, _ rules: Retention
  ) -> String {
    let value = setting.value(in: settings, rules)
    return setting.origin(in: settings) == .queue ? value : "\(value) (the rule for all queues)"
  }
}
