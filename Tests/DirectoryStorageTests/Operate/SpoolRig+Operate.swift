import DirectoryStorage
import Jobs
import PosixIO
import Storage

extension SpoolRig {
  /// Does something to a job as an operator would.
  func operate(_ verb: OperatorVerb, _ id: JobID) throws -> ItemOutcome? {
    var filter = JobFilter()
    filter.ids = [id]
    let plan = try store.plan(PlanRequest(verb, filter, now: now))
    return try store.apply(
      ApplyRequest(verb, plan.items, actor: "ann", reason: "why", now: now)
    ).first
  }

  func move(_ id: JobID, to queue: String) throws -> ItemOutcome? {
    try operate(.move(to: try QueueName(queue)), id)
  }

  /// Puts another payload in the place of the one that the job has.
  func edit(_ id: JobID, _ payload: [UInt8]) throws -> ItemOutcome? {
    let old = try store.job(id)?.payload ?? []
    return try operate(.edit(.replace(with: payload, of: old)), id)
  }

  func edit(_ id: JobID, _ payload: String) throws -> ItemOutcome? {
    try edit(id, Array(payload.utf8))
  }

  /// Brings a job to its death.
  func kill(_ queue: String = "emails") throws {
    for claimed in try claim(queue) {
      _ = try store.settle([Settlement(claimed.lease, .reject)], thenClaim: nil, at: now)
    }
  }

  /// What the file that makes the folder a store says.
  func format() throws -> String {
    String(decoding: try FileSystem.readFile(root + "/format", limit: 100), as: UTF8.self)
  }
}
