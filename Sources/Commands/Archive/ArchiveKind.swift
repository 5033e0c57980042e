import Storage

/// What a part of an archive is about; the raw values are the `kind` of its line.
enum ArchiveKind: String, CaseIterable, Sendable {
  case queue, batch, job, request, minute, log, schedule, rules, health

  init(_ part: ArchivePart) {
    self =
      switch part {
      case .queue: .queue
      case .batch: .batch
      case .job: .job
      case .request: .request
      case .minute: .minute
      case .record: .log
      case .schedule: .schedule
      case .rules: .rules
      case .health: .health
      }
  }

  /// So many of them, for people.
  func text(_ count: Int) -> String {
    let (one, many) =
      switch self {
      case .queue: ("queue", "queues")
      case .batch: ("batch", "batches")
      case .job: ("job", "jobs")
      case .request: ("remembered request", "remembered requests")
      case .minute: ("minute", "minutes")
      case .log: ("log record", "log records")
      case .schedule: ("schedule", "schedules")
      case .rules: ("set of rules for all queues", "sets of rules for all queues")
      case .health: ("rule of health", "rules of health")
      }
    return "\(count) \(count == 1 ? one : many)"
  }
}

/// How many parts of each kind there are.
struct ArchiveCounts: Equatable, Sendable {
  private var values = [Int](repeating: 0, count: ArchiveKind.allCases.count)

  subscript(kind: ArchiveKind) -> Int {
    get { values[Self.index(kind)] }
    set { values[Self.index(kind)] = newValue }
  }

  /// All together.
  var sum: Int { values.reduce(0, +) }

  /// `3 queues, 100 jobs`, without what there is none of.
  var text: String {
    let parts = ArchiveKind.allCases.filter { self[$0] > 0 }.map { $0.text(self[$0]) }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }

  private static func index(_ kind: ArchiveKind) -> Int {
    switch kind {
    case .queue: 0
    case .batch: 1
    case .job: 2
    case .request: 3
    case .minute: 4
    case .log: 5
    case .schedule: 6
    case .rules: 7
    case .health: 8
    }
  }
}
