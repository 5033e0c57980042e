import Jobs
import Storage

/// Whether the jobs that a tail follows have ended.
struct JobEnds {
  let ids: [JobID]
  let store: any StorageAdapter

  /// Whether each is in a terminal state, or gone.
  func haveCome() throws(CommandFailure) -> Bool {
    try details().allSatisfy(\.job.state.isTerminal)
  }

  /// Success where each has completed, else a negative answer.
  func status() throws(CommandFailure) -> ExitStatus {
    let details = try details()
    let isSuccess = details.count == ids.count && details.allSatisfy { $0.job.state == .completed }
    return isSuccess ? .success : .negative
  }

  private func details() throws(CommandFailure) -> [JobDetail] {
    try stored { () throws(StorageError) in
      var details: [JobDetail] = []
      var rest = ids[...]
      while !rest.isEmpty {
        details += try store.jobs(Array(rest.prefix(ApplyRequest.largestBatch)))
        rest = rest.dropFirst(ApplyRequest.largestBatch)
      }
      return details
    }
  }
}
