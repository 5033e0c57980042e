import Jobs
import Storage

extension Spool {
  /// Changes the payload of a job; `nil` where it moved meanwhile.
  ///
  /// The new one goes into a line of the job's history, and counts once the job's name points there.
  func change(
    _ before: StoredJob, by edit: PayloadEdit, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    guard request.verb.applies(to: before.job.state) else {
      return .changedMeanwhile(before.job.state)
    }
    guard let (found, old) = try readWithPayload(before.place) else {
      return try isStill(at: before.place) ? .missing : nil
    }
    let new: [UInt8]
    do { new = try edit.apply(to: old) } catch { return .refused(error) }
    guard new != old else { return .alreadyDone }
    var change = JobChange(before: found, after: found.job)
    change.payload = new
    return try perform(change, .edited, request, oldPayload: old) == nil ? nil : .done
  }
}
