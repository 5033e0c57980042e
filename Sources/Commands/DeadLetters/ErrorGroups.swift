import Jobs

/// Jobs whose errors say the same but for numbers, ids, quoted words and paths.
struct ErrorGroupSummary {
  let id: ErrorGroupID
  /// What all of the errors have.
  let shape: String
  /// The error of the latest, as it was written; nil where it says nothing.
  let example: String?
  let exampleID: JobID
  fileprivate(set) var count = 0
  /// When the first and the last of them ended.
  fileprivate(set) var firstSeen: Instant?
  fileprivate(set) var lastSeen: Instant?
  fileprivate var queueCounts: [QueueName: Int] = [:]
  fileprivate var typeCounts: [JobType: Int] = [:]

  fileprivate init(_ id: ErrorGroupID, like job: Job) {
    self.id = id
    shape = ErrorShape.fold(job.error ?? "")
    example = job.error
    exampleID = job.id
  }

  fileprivate mutating func add(_ job: Job) {
    count += 1
    queueCounts[job.queue, default: 0] += 1
    typeCounts[job.type, default: 0] += 1
    guard let end = job.finishedAt else { return }
    firstSeen = min(firstSeen ?? end, end)
    lastSeen = max(lastSeen ?? end, end)
  }

  /// The queues that they are of, that with the most first.
  var queues: [String] { Self.largestFirst(queueCounts) { $0.description } }
  /// The types that they are of, that with the most first.
  var types: [String] { Self.largestFirst(typeCounts) { $0.description } }

  private static func largestFirst<Name>(
    _ counts: [Name: Int], _ text: (Name) -> String
  ) -> [String] {
    counts.map { (name: text($0), count: $1) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
      .map(\.name)
  }
}

/// Gathers jobs into the groups of their errors, one by one: only the groups take memory.
struct ErrorGroups {
  /// How many groups are told apart.
  ///
  /// Where each error is of its own kind, groups tell nothing, and would fill the memory.
  static let most = 10_000

  private var grouping = ErrorGrouping()
  private var places: [ErrorGroupID: Int] = [:]
  private var groups: [ErrorGroupSummary] = []
  /// How many jobs were of still other groups.
  private(set) var others = 0
  private let most: Int

  init(most: Int = Self.most) {
    self.most = most
  }

  /// Counts a job; the first of a group becomes its example.
  mutating func add(_ job: Job) {
    let id = grouping.group(of: job.error)
    if let place = places[id] { return groups[place].add(job) }
    guard groups.count < most else { return others += 1 }
    places[id] = groups.count
    var group = ErrorGroupSummary(id, like: job)
    group.add(job)
    groups.append(group)
  }

  /// The groups, the largest first, of equal ones the latest.
  var largestFirst: [ErrorGroupSummary] {
    groups.sorted { left, right in
      if left.count != right.count { return left.count > right.count }
      if left.lastSeen != right.lastSeen {
        return (left.lastSeen ?? .distantPast) > (right.lastSeen ?? .distantPast)
      }
      return left.id.rawValue < right.id.rawValue
    }
  }
}

extension Instant {
  fileprivate static var distantPast: Instant { Instant(milliseconds: .min) }
}
