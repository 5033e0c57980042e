import CommandLineSpec
import PosixIO
import Storage
import Text

/// `qctl init`: makes a store, or puts a queue into an application's own database.
enum InitCommand {
  struct Options: Sendable {
    var group: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "init", "Make a store, or put a queue into an existing SQLite database", defaults: Options(),
    flags: [
      .string("group", "GROUP", \.group, "Let the members of GROUP read and write the store")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "The first \(command: "enqueue") makes the default store by itself; this is for choosing the place or the group beforehand, and for databases of applications: their tables and journal mode stay as they are, and qctl adds its own, all named \(literal: "qctl_…").",
      "Applications then enqueue inside their own transactions with \(literal: "INSERT INTO qctl_enqueue(queue, type, payload) VALUES (…)"). Further columns are those of a bulk file that are about one job: priority, run_at, max_attempts, backoff, timeout_ms, unique_key, unique_scope, on_conflict (ignore or fail), idempotency_key, idempotency_ttl_ms and tags. They should use BEGIN IMMEDIATE and a busy timeout, and no ATTACH across files.",
      "The file can be read and written by its owner only (0600), with \(flag: "group") by the group too (0660).",
      "\(literal: "--store dir:FOLDER") makes a store of plain files: each job is a file that ls, cat and grep understand. What such a store can't do, \(command: "capabilities") tells with the reasons.",
    ],
    examples: [
      Example("qctl init", "The store at its default place"),
      Example(
        "qctl init --store /var/lib/shop/shop.db", "A queue inside an application's database"),
      Example(
        "qctl init --store dir:/var/spool/shop --group shop", "A folder of files for a group"),
    ],
    exits: ExitStatus.notes(.cannotCreate), seeAlso: ["enqueue", "doctor", "help sql"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let location = try StoreLocation(options.store.store, environment: context.environment)
    let group = try options.group.map(groupID)
    try options.store.withStore(.adopt, in: context) { _ throws(CommandFailure) in }
    if let group { try StoreSharing.share(location, with: group) }
    if !options.output.quiet { context.tell("the store is \(location.shown)") }
    return .success
  }

  private static func groupID(_ name: String) throws(CommandFailure) -> UInt32 {
    guard let id = Accounts.groupID(named: name) ?? UInt32(name) else {
      throw .failed(.usage, "--group: no group '\(TerminalText.escape(name, .line))'")
    }
    return id
  }
}

extension StoreLocation {
  /// The place, for a person.
  var shown: String {
    switch self {
    case .sqlite(let path), .directory(let path): TerminalText.escape(path, .line)
    case .network(_, let url): TerminalText.escape(url, .line)
    }
  }
}
