import CommandLineSpec
import Jobs
import Storage

/// `qctl queue set`: changes settings of a queue, all at once.
enum QueueSetCommand {
  struct Options: Sendable {
    var name: QueueName?
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
      .string("reason", "TEXT", \.reason, "Why, for the log")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("QUEUE", \.name, "The queue") { (text) throws(ValueError) -> QueueName? in
        try ValueText.queue(text)
      }.completing(.queue)
    ],
    prose: [
      "All settings given are changed in one step, and what changed is told: from what, to what. \(literal: "default") gives a setting back to the rule for all queues. The log keeps who changed settings and why (\(flag: "reason")).",
      "Settings live in the store, so that every host sees the same ones. A queue that is not known yet is made, and the store too where there is none; where a known queue has nearly the same name, qctl says so.",
      "Jobs that are over are removed by the workers as they go, some time after their time is up. Before dead jobs are removed, the log says how many.",
    ],
    examples: [
      Example("qctl queue set emails --keep-completed 1d --keep-dead forever", "Two at once"),
      Example("qctl queue set emails --keep-dead default", "As all queues"),
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
    guard !options.changes.isEmpty else {
      throw .invalid("nothing to set; 'qctl queue show QUEUE' shows what there is")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let name = options.name else { return .usage }
    return try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      // Misspelt or not, it is told, also where only errors are: nobody meant to make a queue.
      try UnknownQueues.tell(newly: name, store, context)
      let before = try settings(of: name, store)
      var after = before
      for change in options.ordered { after.apply(change) }
      var request = ConfigureRequest(
        name, options.ordered, actor: context.actor, reason: options.reason, now: context.now())
      request.words = words(options, after)
      _ = try stored { () throws(StorageError) in try store.configure(request) }
      if !options.output.quiet { tell(options, from: before, to: after, context) }
      return .success
    }
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
    _ options: Options, from before: QueueSettings, to after: QueueSettings,
    _ context: CommandContext
  ) {
    guard let name = options.name else { return }
    for setting in QueueSetting.all where options.changes[setting.name] != nil {
      let (old, new) = (text(setting, before), text(setting, after))
      context.tell(
        old == new
          ? "queue \(name): \(setting.flagName) already is \(new)"
          : "queue \(name): \(setting.flagName) was \(old), now is \(new)")
    }
  }

  private static func text(_ setting: QueueSetting, _ settings: QueueSettings) -> String {
    let value = setting.value(in: settings)
    return setting.origin(in: settings) == .queue ? value : "\(value) (the rule for all queues)"
  }
}
