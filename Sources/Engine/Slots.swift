/// The places for running handlers, as many as may run at a time.
///
/// That number can change while they run: lowered, it only keeps the next ones from starting.
struct Slots {
  /// How many may run at a time.
  private(set) var limit: Int
  /// How many jobs each may have at a time.
  let each: Int
  /// How many jobs run.
  private(set) var count = 0
  private var jobs: [RunningJob?] = []
  private var vacant: [Int] = []
  private var starts: UInt64 = 0

  init(count: Int, each: Int = 1) {
    limit = Self.clamped(count)
    self.each = min(max(1, each), LoopToken.mostSlots / limit)
  }

  /// How many jobs may run at a time.
  var capacity: Int { min(limit * each, LoopToken.mostSlots) }
  var free: Int { max(0, capacity - count) }
  var isEmpty: Bool { count == 0 }

  /// The running jobs, by slot.
  var running: [RunningJob] { jobs.compactMap { $0 } }

  /// Whether a marked job runs, which must stay alone.
  var runsAlone: Bool { count == 1 && jobs.contains { $0?.claimed.isMarked ?? false } }

  /// Changes how many may run; at least one.
  mutating func resize(by difference: Int) {
    limit = Self.clamped(limit + difference)
  }

  /// A token for the next start; `nil` if no slot is free.
  ///
  /// Nothing is taken yet.
  func nextToken() -> LoopToken? {
    guard free > 0 else { return nil }
    return LoopToken(start: starts &+ 1, slot: vacant.last ?? jobs.count)
  }

  /// Puts a started job into the slot of its token.
  mutating func put(_ job: RunningJob) {
    starts &+= 1
    count += 1
    if let slot = vacant.popLast() { jobs[slot] = job } else { jobs.append(job) }
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
      count -= 1
      over.append(job)
    }
    return over
  }

  private static func clamped(_ count: Int) -> Int { min(max(1, count), LoopToken.mostSlots) }
}
