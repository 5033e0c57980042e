import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl edit`: changes payloads, in an editor or value by value.
enum EditCommand {
  static let command = Command<EditOptions, Action>(
    "edit", "Change the payload of jobs", defaults: EditOptions(), flags: EditOptions.flags,
    operands: BulkOptions.operands.lifted(\.bulk),
    prose: [
      "With one id alone, the payload is opened in \(literal: "$VISUAL"), else \(literal: "$EDITOR"), else vi. Nothing is changed where the editor fails or the text stays as it was. A change that somebody else made meanwhile is never overwritten: the job is left alone, and your text is kept in a file that is named. \(flag: "pretty") lays JSON out before; it is stored as you leave it.",
      "A payload that was JSON has to stay JSON, or be stored with \(flag: "force"). On a terminal qctl asks whether to open the editor again.",
      "\(flag: "set") and \(flag: "set-string") change values at places of JSON payloads, such as \(literal: "user.id") or \(literal: "items[0].sku"), of any number of jobs; the rest of each payload stays as it is written. The last key of a path may be new. Other users see the words of a command line in ps: a secret belongs into \(flag: "payload-file") or the editor.",
      "Ready, scheduled, retrying, blocked and dead jobs can be edited, a running one never: its worker has the payload already. The job's history keeps each old payload, and \(command: "show") with \(literal: "--json") prints it.",
      "Jobs named by id are edited at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
    ],
    examples: [
      Example("qctl edit 0s9xhm7hw090q", "In the editor"),
      Example("qctl edit 0s9xhm7hw090q --set user.email=ann@example.org", "One value of one job"),
      Example("qctl edit -q emails --state dead --set retries=3 --dry-run", "Of many; only show"),
      Example("qctl edit 0s9xhm7hw090q --payload-file new.json", "A whole payload"),
    ],
    exits: ExitStatus.notes(
      .negative, .partly, .badData, .noInput, .cannotCreate, .interrupted),
    seeAlso: ["show", "move", "dlq replay"],
    validate: { (options) throws(UsageError) in try options.check() },
    run: { Action($0, run) })

  private static func run(
    _ options: EditOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    switch options.source {
    case .places:
      let assignments: [PayloadEdit.Assignment]
      do { assignments = try options.assignments() } catch {
        throw .failed(.usage, error.message)
      }
      return try BulkAction(.edit, .edit(.set(assignments)), options.bulk, context).run()
    case .file(let file):
      let payload = try PayloadSource.read(nil, file: file, context)
      let revision = PayloadRevision(options, context)
      guard let detail = try revision.job() else { return .negative }
      if !options.force, let reason = revision.objection(to: payload, of: detail.payload) {
        throw .failed(.badData, "\(reason); --force stores it all the same")
      }
      return try revision.store(payload, of: detail)
    case .editor:
      return try EditorSession(options, context).run()
    }
  }
}
