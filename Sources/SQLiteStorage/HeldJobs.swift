import Jobs
import Storage

/// The jobs that this process claimed and has not settled, as the claim wrote them.
///
/// Whoever settles a job is nearly always the process that claimed it, and so need not read it again.
/// That is a guess and never a right: what was kept is only used by an UPDATE which asks that the row
/// still has the token of that claim, and that nobody asked the job to stop. All that anybody else
/// can change of an active job without taking its token away is the end of its lease, which ends with
/// the job. So nothing needs to be taken back where a transaction fails, and to forget costs a look
/// at the row.
final class HeldJobs {
  /// What the settlement of a job wants to know.
  struct Held {
    let job: Job
    let tags: [Tag]
  }

  /// Apart from the jobs, since they are searched.
  private var tokens: [LeaseToken] = []
  private var jobs: [Held] = []

  /// More than any worker takes at once; a program that claims and never settles shall not grow.
  private static let most = 1024

  /// Keeps a job that was just claimed.
  func keep(_ claimed: ClaimedJob) {
    if tokens.count == Self.most {
      tokens.removeAll()
      jobs.removeAll()
    }
    tokens.append(claimed.lease.token)
    jobs.append(Held(job: claimed.job, tags: claimed.tags))
  }

  /// The job of a lease, which is forgotten.
  func take(_ lease: Lease) -> Held? {
    guard let place = tokens.firstIndex(of: lease.token), jobs[place].job.id == lease.id else {
      return nil
    }
    let found = jobs[place]
    // Order does not matter, so the last one fills the gap.
    tokens[place] = tokens[tokens.count - 1]
    tokens.removeLast()
    jobs[place] = jobs[jobs.count - 1]
    jobs.removeLast()
    return found
  }
}
