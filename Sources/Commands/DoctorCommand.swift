import CommandLineSpec
import PosixIO
import Storage

/// `qctl doctor`: looks a store over and says what should be done.
enum DoctorCommand {
  struct Options: Sendable {
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "doctor", "Look the store over for trouble", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "Checks permissions, journal mode, the size of the log, integrity, and the kept counts against the jobs themselves; changes nothing. It reads the whole store, so a large one takes its time.",
      "Each finding has a grade: \(literal: "ok"), \(literal: "note"), \(literal: "warning") or \(literal: "error"). With any warning or error the status is 1.",
    ],
    examples: [
      Example("qctl doctor", "Every check with its finding"),
      Example("qctl doctor --json --store /var/lib/shop/shop.db", "For a program"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["capabilities", "config", "init"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      var findings = try stored { () throws(StorageError) in try store.findings() }
      if let finding = StoreOwner.finding(about: store.identity) { findings.append(finding) }
      var printer = try RecordPrinter(.findings, options.output, context)
      for finding in findings { try printer.print(finding) }
      try printer.finish()
      return findings.contains { $0.grade == .warning || $0.grade == .error }
        ? .negative : .success
    }
  }
}

/// Under sudo the home directory, and with it the default store, may be another user's.
enum StoreOwner {
  /// What the owner of a store's file means to the user of this process.
  static func finding(
    about identity: StoreIdentity, user: UInt32 = CurrentProcess.effectiveUserID
  ) -> Finding? {
    guard let status = try? FileSystem.status(of: identity.location) else { return nil }
    guard status.uid != user else { return Finding(.ok, "owner", "it is yours") }
    return Finding(
      .warning, "owner", "it belongs to \(name(status.uid)), and you are \(name(user))",
      remedy: "run qctl as \(name(status.uid)), or name your own store with --store")
  }

  private static func name(_ user: UInt32) -> String {
    Accounts.user(id: user)?.name ?? "uid \(user)"
  }
}
