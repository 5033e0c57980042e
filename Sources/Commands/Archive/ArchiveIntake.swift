import Jobs
import Storage
import Text

/// Puts parts into a store, some at a time, and counts what becomes of them.
final class ArchiveIntake {
  /// What became of parts.
  struct Tally: Equatable {
    var restored = ArchiveCounts()
    var alreadyThere = ArchiveCounts()
    var differing = ArchiveCounts()
    var withoutKey = 0
    var leftOut: [Capability: Int] = [:]
  }

  private(set) var tally = Tally()
  /// Hears how many parts are through, after each batch.
  var progress: (Int) -> Void = { _ in }
  private let store: any StorageAdapter
  private let context: CommandContext
  private var parts: [ArchivePart] = []
  private var bytes = 0
  private var done = 0

  // Small enough that Ctrl-C is heard at once, and that nobody waits long for the store.
  private static let mostParts = min(200, ApplyRequest.largestBatch)
  private static let mostBytes = 2 << 20

  init(to store: any StorageAdapter, _ context: CommandContext) {
    self.store = store
    self.context = context
  }

  /// Takes one more part.
  func add(_ part: ArchivePart) throws(CommandFailure) {
    parts.append(part)
    bytes += part.weight
    if parts.count >= Self.mostParts || bytes >= Self.mostBytes { try flush() }
  }

  /// Notes a part that is there and needs no look.
  func noteThere(_ kind: ArchiveKind) { tally.alreadyThere[kind] += 1 }

  /// Puts in what is at hand.
  func flush() throws(CommandFailure) {
    guard !parts.isEmpty else { return }
    let now = context.now()
    let outcomes = try stored { () throws(StorageError) in try store.restore(parts, at: now) }
    for (part, outcome) in zip(parts, outcomes) { note(part, outcome) }
    done += parts.count
    parts.removeAll(keepingCapacity: true)
    bytes = 0
    progress(done)
  }

  private func note(_ part: ArchivePart, _ outcome: RestoreOutcome) {
    let kind = ArchiveKind(part)
    switch outcome {
    case .restored: tally.restored[kind] += 1
    case .alreadyThere: tally.alreadyThere[kind] += 1
    case .differs:
      tally.differing[kind] += 1
      if let complaint = part.complaint { context.tell(complaint) }
    case .withoutKey(let conflict):
      tally.restored[kind] += 1
      tally.withoutKey += 1
      guard case .job(let detail) = part else { return }
      context.tell(
        "job \(detail.job.id) was taken in without its unique key: "
          + CommandFailure.sentence(about: conflict))
    case .unsupported(let capability): tally.leftOut[capability, default: 0] += 1
    }
  }
}

extension ArchivePart {
  /// About how many bytes it has.
  fileprivate var weight: Int {
    guard case .job(let detail) = self else { return 500 }
    return detail.attempts.reduce(500 + detail.payload.count + (detail.result?.count ?? 0)) {
      $0 + 200 + ($1.output?.count ?? 0)
    }
  }

  /// That something else is there in its place; minutes are only counted.
  fileprivate var complaint: String? {
    switch self {
    case .rules:
      "the rules for all queues are others there, and were left alone: see qctl queue show --all-queues"
    case .health(let rule):
      "rule of health \(rule.name) was left alone: another has its name, or there are too many"
    case .batch(let batch):
      "batch \(batch.id) is there with other counts and was left alone"
    case .job(let detail):
      "job \(detail.job.id) is there with other content and was left alone"
    case .request(let request):
      "the idempotency key '\(TerminalText.escape(request.key, .line))' of queue \(request.queue) "
        + "is known for another request, which was left alone"
    case .schedule(let schedule):
      "schedule \(schedule.name) is there with other content and was left alone"
    case .queue, .record, .minute: nil
    }
  }
}

extension ArchiveIntake.Tally {
  /// What happened, in a sentence that follows a verb.
  func sentence(_ verb: String) -> String {
    var parts = ["\(verb) \(restored.text)"]
    if alreadyThere.sum > 0 { parts.append("\(alreadyThere.text) there already") }
    if differing.sum > 0 { parts.append("\(differing.text) differing and left alone") }
    return parts.joined(separator: "; ")
  }

  /// Says what the store can't keep, with its reason.
  func tellLeftOut(_ capabilities: Capabilities, _ context: CommandContext) {
    for (capability, count) in leftOut.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard case .none(let reason, _) = capabilities[capability] else { continue }
      context.tell(
        "left out \(count) of \(capability.rawValue): \(TerminalText.escape(reason, .line))")
    }
  }

  /// Whether everything is as it came.
  var isWhole: Bool { differing.sum == 0 && withoutKey == 0 }
}
