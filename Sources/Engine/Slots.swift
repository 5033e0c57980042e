/// The places for running handlers, as many as may run at a time.
struct Slots {
  private var jobs: [RunningJob?]
  private var vacant: [Int]
  private var starts: UInt64 = 0

  init(count: Int) {
    let count = min(max(1, count), LoopToken.mostSlots)
    jobs = Array(repeating: nil, count: count)
    // Taken from the end: the first slot first, only because that is easier to follow.
    vacant = Array((0..<count).reversed())
  }

  var free: Int { vacant.count }
  var isEmpty: Bool { vacant.count == jobs.count }
  var count: Int { jobs.count - vacant.count }

  /// The running jobs, by slot.
  var running: [RunningJob] { jobs.compactMap { $0 } }

  /// A token for the next start; `nil` if no slot is free.
  ///
  /// Nothing is taken yet.
  func nextToken() -> LoopToken? {
    vacant.last.map { LoopToken(start: starts &+ 1, slot: $0) }
  }

  /// Puts a started job into the slot of its token.
  mutating func put(_ job: RunningJob) {
    guard let slot = vacant.popLast() else { return }
    starts &+= 1
    jobs[slot] = job
  }

  /// The job that an event is about; `nil` if it is gone already.
  subscript(token: LoopToken) -> RunningJob? {
    guard jobs.indices.contains(token.slot), let job = jobs[token.slot],
      job.token == token.job
    else { return nil }
    return job
  }

  /// Takes out the jobs that are over.
  mutating func takeOver() -> [RunningJob] {
    var over: [RunningJob] = []
    for index in jobs.indices {
      guard let job = jobs[index], job.isOver else { continue }
      jobs[index] = nil
      vacant.append(index)
      over.append(job)
    }
    return over
  }
}
