import CommandLineSpec

/// What a sample command comes to: its options as text, to be compared.
struct Action: Equatable {
  var name: String
  var list = ListOptions()
  var words: [String] = []
  var settings: [Setting] = []
}

enum JobState: String, CaseIterable, Sendable { case ready, active, dead }

struct Globals: Equatable, Sendable {
  var store = ""
  var color: Bool?
  var isQuiet = false
  var format = "table"
  var isConfirmed = false

  static let flags: [Flag<Globals>] = [
    .string("store", "PATH", \.store, "Use the store at PATH").environment("QCTL_STORE")
      .completing(.file),
    .switch("color", \.color, "Colour the output").environment("QCTL_COLOR"),
    .switch("quiet", \.isQuiet, "Say nothing but the answer").environment("QCTL_QUIET"),
    .string("output", short: "o", "FORMAT", \.format, "Print in FORMAT").default("table"),
    .constant("json", \.format, "json", "Same as -o json"),
    .switch("yes", \.isConfirmed, "Assume yes"),
  ]
}

struct Filter: Equatable, Sendable {
  var queues: [String] = []
  var states: [JobState] = []
  var error: String?
  var ids: [String] = []

  static let flags: [Flag<Filter>] = [
    .strings("queue", short: "q", "QUEUE", splitsCommas: true, \.queues, "Only jobs in QUEUE")
      .completing(.queue),
    .choices("state", "STATE", \.states, "Only jobs in STATE"),
    .string("error", "TEXT", \.error, "Only jobs whose error contains TEXT"),
  ]
  static let operands: [Operand<Filter>] = [
    .many("ID", \.ids, "Only these jobs").completing(.jobID)
  ]
}

struct ListOptions: Equatable, Sendable {
  var globals = Globals()
  var filter = Filter()
  var limit = 100
  var untilEmpty = false
  var delay = ""
  var watch: String?
  var order: JobState?
  var columns = ["id", "state"]
}

enum Sample {
  static let list = Command(
    "list", "List jobs", defaults: ListOptions(),
    flags: listFlags + Filter.flags.lifted(\.filter).section("Selection")
      + Globals.flags.lifted(\.globals).section("Global options"),
    operands: Filter.operands.lifted(\.filter),
    prose: [
      "Shows the newest jobs first, at most as many as \(flag: "limit") says.",
      .code("qctl list -q emails\n.hidden 'line'"),
      .list(["One point about \(literal: "it's").", "Another, as \(command: "dlq list") does."]),
      .terms([Term("\(placeholder: "ID")", "Names a job. 'Quoted' at \\ a start.")]),
      "'Quoted' at the start, and naïve letters.",
    ],
    examples: [
      Example("qctl list -q emails --state dead", "Dead jobs of one queue"),
      Example("qctl list --json | head", "The newest as JSON"),
    ],
    exits: [ExitNote(0, "success, even if nothing is listed"), ExitNote(2, "usage error")],
    sections: [ManualSection(.notes, ["Times are local."])], seeAlso: ["dlq list"],
    validate: { (options) throws(UsageError) in
      if options.delay == "never", options.untilEmpty {
        throw .invalid("--delay never goes ill with --until-empty")
      }
    },
    run: { Action(name: "list", list: $0) })

  static let listFlags: [Flag<ListOptions>] = [
    .int("limit", short: "n", "COUNT", in: 1...1_000_000, \.limit, "Show at most COUNT jobs")
      .default("100").aliases("max"),
    .switch("until-empty", short: "a", \.untilEmpty, "Go on until nothing is left")
      .prose(["Waits \(flag: "delay") between looks.", .code("qctl list -a")]),
    .string("delay", "TIME", \.delay, "Wait TIME between looks"),
    .optionalValue("watch", "TIME", \.watch, bare: "2s", "Look again every TIME") { $0 },
    .choice("order", "STATE", \.order, "Put STATE first"),
    .strings("columns", "NAME", splitsCommas: true, \.columns, "Show these columns"),
    .string("secret", "TEXT", \.delay, "Nobody sees it").hidden(),
  ]

  struct WorkOptions: Equatable, Sendable {
    var globals = Globals()
    var slots = 1
    var argv: [String] = []
  }

  static let work = Command(
    "work", "Run jobs with a program", defaults: WorkOptions(),
    flags: [
      .int("slots", short: "c", "COUNT", in: 1...64, \.slots, "Run COUNT at once")
    ] + Globals.flags.lifted(\.globals),
    operands: [.trailing("HANDLER", minimum: 1, \.argv, "The program and its arguments")],
    examples: [Example("qctl work -c 2 -- ./send", "Two at once")],
    run: { Action(name: "work", words: $0.argv) })

  static let dlqList = Command(
    "dlq list", "List dead jobs", defaults: ListOptions(),
    flags: Filter.flags.lifted(\.filter) + Globals.flags.lifted(\.globals)
      + [
        .value("rate", "RATE", \ListOptions.watch, "Take RATE at most") {
          (text) throws(ValueError) in
          guard text.hasSuffix("/s") else { throw .malformed("is no rate such as 20/s") }
          return text
        }
      ],
    operands: [],
    examples: [Example("qctl dlq list --rate 5/s", "Slowly")],
    run: { Action(name: "dlq list", list: $0) })

  struct Words: Equatable, Sendable {
    var globals = Globals()
    var name = ""
    var other: String?
    var all: [String] = []
  }

  static let move = Command(
    "move", "Move a job", defaults: Words(), flags: Globals.flags.lifted(\.globals),
    operands: [
      .one("ID", \.name, "The job"), .optional("QUEUE", \.other, "Where to").completing(.queue),
    ],
    examples: [Example("id=$(qctl move 7 b)", "Move job 7")],
    run: { Action(name: "move", words: [$0.name] + ($0.other.map { [$0] } ?? [])) })

  static let config = Command(
    "config", "Show what is in force", defaults: Words(), flags: Globals.flags.lifted(\.globals),
    operands: [.trailing("COMMAND", \.all, "Whose flags to show")],
    examples: [Example("qctl config list", "For list")],
    run: { options, invocation in
      Action(name: "config", words: options.all, settings: invocation.settings)
    })

  static let complete = Command(
    "__complete", "Complete a line", defaults: Words(),
    operands: [.verbatim("WORD", \.all, "The words")], run: { Action(name: "", words: $0.all) })

  private static var settings: Prose {
    [
      "A line is \(literal: "--flag 'value'"), see \(command: "help config") and \(command: "help statuses").",
      .heading("Examples"), .file("config", ".a\n\\b\n\n'c' ~ ^ `"),
      .session("$ qctl list -q emails\nnothing"),
    ]
  }

  static let tree = CommandTree<Action>(
    program: "qctl", version: "1.2.3", summary: "Queue and run jobs",
    sections: ["Inspect", "Act", "Dead-letter queue", "Self"],
    topics: [
      Topic(
        "exit-codes", "What each status means", aliases: ["statuses"],
        ["Zero is \(literal: "success")."]),
      Topic("config", "Settings of qctl", section: 5, seeAlso: ["list"], settings),
    ],
    examples: [Example("qctl list", "All jobs")],
    globals: Globals.flags.map(\.entry),
    entries: [
      .command("list", "List jobs", in: "Inspect", aliases: ["ls"]) { list.erased },
      .command("work", "Run jobs with a program", in: "Act") { work.erased },
      .command("move", "Move a job", in: "Act") { move.erased },
      .group(
        "dlq", "Look after dead jobs", in: "Dead-letter queue",
        [.command("list", "List dead jobs") { dlqList.erased }]),
      .command("dead", "List dead jobs", in: "Dead-letter queue") { dlqList.erased },
      .command("config", "Show what is in force", in: "Self") { config.erased },
      .help("Explain a command", in: "Self"),
      .command("__complete", "Complete a line", hidden: true) { complete.erased },
    ])
}

extension CommandTree<Action> {
  func outcome(_ arguments: String..., configuration: String = "") -> Outcome<Action> {
    outcome(for: arguments, in: .sample(configuration))
  }

  /// The options of `list`, or nil and never a guess.
  func list(_ arguments: [String]) -> ListOptions? {
    guard case .run(let action) = outcome(for: arguments, in: .sample()) else { return nil }
    return action.list
  }
}

extension Surroundings {
  static func sample(
    _ user: String = "", system: String = "", environment: [String: String] = [:]
  ) -> Surroundings {
    Surroundings(
      environment: { environment[$0] },
      files: {
        [ConfigurationFile(path: "user", text: user), ConfigurationFile(path: "sys", text: system)]
      })
  }
}

extension Outcome<Action> {
  var action: Action? { if case .run(let action) = self { action } else { nil } }
  var help: String? { if case .help(let text) = self { text } else { nil } }
  var usage: Refusal? { if case .usage(let refusal) = self { refusal } else { nil } }
  var configuration: Refusal? {
    if case .configuration(let refusal) = self { refusal } else { nil }
  }
}
