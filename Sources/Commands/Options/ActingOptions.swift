import CommandLineSpec

/// What keeps a verb that changes many jobs from doing so by accident.
struct ActingOptions: Sendable {
  var all = false
  var yes = false
  var noInput = false
  var dryRun = false
  var reason: String?
  var confirm: String?

  /// For every such verb.
  static let flags: [Flag<ActingOptions>] = [
    .switch("all", \.all, "Act on every job, though no id and no filter is given"),
    .switch("yes", \.yes, "Do not ask; needed where nobody can be asked"),
    .switch("no-input", \.noInput, "Never ask: without --yes, refuse instead"),
    .switch("dry-run", negatable: true, \.dryRun, "Show what would be done and change nothing"),
    .string("reason", "TEXT", \.reason, "Why, for the log"),
  ].section("Safety")

  /// For verbs whose effect cannot be undone.
  static let confirmFlag: [Flag<ActingOptions>] = [
    Flag.string(
      "confirm", "NAME", \.confirm, "The queue again, where all of it goes; all with --all"
    ).completing(.queue)
  ].section("Safety")
}
