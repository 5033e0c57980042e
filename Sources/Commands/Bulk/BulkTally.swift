/// How many jobs of a bulk verb ended how.
struct BulkTally: Equatable {
  private var counts: [ItemReport.Outcome: Int] = [:]

  /// Counts one more.
  mutating func add(_ report: ItemReport) { counts[report.outcome, default: 0] += 1 }

  /// How many ended so.
  func count(_ outcome: ItemReport.Outcome) -> Int { counts[outcome] ?? 0 }

  /// How many were changed.
  var changed: Int { count(.done) + count(.requested) }

  private var failed: Int {
    count(.changed) + count(.missing) + count(.conflict) + count(.refused) + count(.notApplicable)
  }

  /// What the numbers come to: 3 if some failed, and where all did, 4 if keys alone stood in the
  /// way, else 1.
  var status: ExitStatus {
    guard failed > 0 else { return .success }
    guard changed + count(.alreadyDone) + count(.planned) == 0 else { return .partly }
    return count(.conflict) == failed ? .keyConflict : .negative
  }

  /// One line for people: `replayed 42 jobs; 1 changed meanwhile`.
  func sentence(_ verb: BulkVerb) -> String {
    var parts: [String] = []
    if changed == 0 {
      parts.append("nothing was changed")
    } else {
      if count(.done) > 0 { parts.append("\(verb.past) \(verb.jobs(count(.done)))") }
      if count(.requested) > 0 {
        let jobs = verb.jobs(count(.requested))
        parts.append(
          "asked \(jobs) to stop; a worker ends \(count(.requested) == 1 ? "it" : "them")")
      }
    }
    let rest: [(ItemReport.Outcome, String)] = [
      (.alreadyDone, "already done"), (.changed, "changed meanwhile"), (.missing, "missing"),
      (.conflict, "with a taken key"), (.refused, "refused"), (.notApplicable, "in another state"),
    ]
    let others = rest.filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)" }
    if !others.isEmpty { parts.append(others.joined(separator: ", ")) }
    return parts.joined(separator: "; ")
  }
}
