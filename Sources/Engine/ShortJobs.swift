import Jobs

/// How many jobs a worker claims ahead of its free slots, and how long what is over may wait to be
/// settled together with others.
///
/// For jobs of a millisecond, a commit each would cost more than the jobs. So a worker whose jobs
/// are short takes about as many ahead as its slots finish in 25 ms, at most 16, and tells of
/// several ends at once. For long ones it takes none and tells at once. The price: a crash runs a
/// group again.
struct ShortJobs {
  /// The most that are claimed ahead, and settled together; 1 for one at a time.
  let group: Int
  /// The running mean of how long executions took, in nanoseconds; the latest ones weigh most.
  private var mean: Int64?

  /// Ends wait so long for company.
  static let settleDelay = TimeSpan(milliseconds: 5)
  /// What isn't started after this goes back.
  static let patience = TimeSpan(milliseconds: 50)

  private static let horizon: Int64 = 25_000_000

  /// - Parameter batch: as many jobs as a handler has at a time; groups are at least as large.
  init(group: Int, batch: Int = 1) {
    self.group = group > 1 ? max(group, batch) : 1
  }

  /// An execution took that long.
  mutating func note(nanoseconds: Int64) {
    guard let mean else { return mean = max(1, nanoseconds) }
    self.mean = max(1, mean + (nanoseconds - mean) / 4)
  }

  /// What runs takes longer than those before it: none is claimed ahead until one has ended.
  mutating func forget() {
    mean = nil
  }

  /// How many to hold beyond what runs.
  func ahead(slots: Int) -> Int {
    guard group > 1, let mean else { return 0 }
    let finished = Self.horizon.multipliedReportingOverflow(by: Int64(slots)).partialValue / mean
    return Int(min(Int64(group), max(0, finished)))
  }
}
