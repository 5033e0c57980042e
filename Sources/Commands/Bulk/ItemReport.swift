import Jobs
import Storage
import Text

/// What became of one job of a bulk verb, as machines and people are told it.
struct ItemReport: Equatable {
  enum Outcome: String, CaseIterable {
    case planned, done, requested, changed, missing, conflict, refused
    case alreadyDone = "already_done"
    case notApplicable = "not_applicable"
  }

  let id: JobID
  let outcome: Outcome
  /// The state that stood in the way.
  var state: JobState?
  /// The key that is taken, and by whom.
  var conflict: KeyConflict?
  /// Why the job can't be changed so.
  var refusal: InvalidValue?
  /// It is in the state that the plan saw, but was run since.
  private var ranAgain = false

  init(_ id: JobID, _ outcome: Outcome, state: JobState? = nil) {
    self.id = id
    self.outcome = outcome
    self.state = state
  }

  /// What a store says of an item that it was to change.
  init(_ item: PlanItem, from outcome: ItemOutcome) {
    switch outcome {
    case .done: self.init(item.id, .done)
    case .requested: self.init(item.id, .requested)
    case .alreadyDone: self.init(item.id, .alreadyDone)
    case .changedMeanwhile(let state):
      self.init(item.id, .changed, state: state)
      ranAgain = state == item.state
    case .missing: self.init(item.id, .missing)
    case .conflict(let conflict):
      self.init(item.id, .conflict)
      self.conflict = conflict
    case .refused(let refusal):
      self.init(item.id, .refused)
      self.refusal = refusal
    }
  }

  /// Whether the verb changed the job.
  var isChange: Bool { outcome == .done || outcome == .requested }

  /// Why the job was left alone, where that is a failure.
  func complaint(_ verb: BulkVerb) -> String? {
    switch outcome {
    case .planned, .done, .requested, .alreadyDone: nil
    case .missing: "no job \(id)"
    case .changed where ranAgain:
      "job \(id) ran again meanwhile, is \(stateText) once more and was left alone"
    case .changed: "job \(id) is \(stateText) meanwhile and was left alone"
    case .notApplicable:
      verb.isForDeadJobs
        ? "job \(id) is \(stateText), not dead"
        : "job \(id) is \(stateText) and cannot be \(verb.past)"
    case .refused:
      "job \(id) was left as it was: "
        + (refusal.map { "its \($0.field.rawValue) \($0.reason)" } ?? "it was refused")
    case .conflict:
      "job \(id) was left as it was"
        + (conflict.map { ": " + CommandFailure.sentence(about: $0) } ?? "")
    }
  }

  private var stateText: String { state?.rawValue ?? "in another state" }
}

extension RecordShape where Record == ItemReport {
  /// Outcomes as bulk verbs print them; the table is for people who asked for one by `--format`.
  static var outcomes: RecordShape {
    RecordShape(
      fields: ["id", "outcome", "state", "unique_key", "holder", "reason"],
      value: { report, name in
        switch name {
        case "id": report.id.description
        case "outcome": report.outcome.rawValue
        case "state": report.state?.rawValue ?? ""
        case "unique_key": report.conflict?.key ?? ""
        case "holder": report.conflict?.holder.description ?? ""
        case "reason": report.refusal?.reason ?? ""
        default: ""
        }
      },
      json: { report, writer in
        writer.beginObject()
        writer.member("id", report.id.description)
        writer.member("outcome", report.outcome.rawValue)
        writer.optional("state", report.state?.rawValue)
        writer.optional("unique_key", report.conflict?.key)
        writer.optional("holder", report.conflict?.holder.description)
        writer.optional("reason", report.refusal?.reason)
        writer.endObject()
      },
      id: { $0.id.description }, columns: [], cells: { _ in [] })
  }
}
