import CommandLineSpec
import Jobs

/// Which jobs a worker takes: `work` and `claim` ask alike.
struct ClaimScope: Sendable {
  var shares: [QueueShare] = [QueueShare(queue: .default)]
  var types: [JobType] = []

  /// The queues, each where it first stands.
  var queues: [QueueName] { shares.map(\.queue) }

  /// The weight of each queue, 1 where others have one; none where none has.
  var weights: [Int64] {
    shares.contains { $0.weight != nil } ? shares.map { $0.weight ?? 1 } : []
  }

  /// Each queue and type once; the last weight of a queue counts.
  var withoutRepeats: ClaimScope {
    var scope = self
    scope.shares = []
    for share in shares {
      guard let place = scope.shares.firstIndex(where: { $0.queue == share.queue }) else {
        scope.shares.append(share)
        continue
      }
      if let weight = share.weight { scope.shares[place].weight = weight }
    }
    var seen = Set<JobType>()
    scope.types = types.filter { seen.insert($0).inserted }
    return scope
  }

  static let flags: [Flag<ClaimScope>] = [
    Flag.values(
      "queue", short: "q", "QUEUE", splitsCommas: true, \.shares,
      "Take jobs of QUEUE; of several in strict order", parse: QueueShare.parse
    ).default("default").completing(.queue),
    Flag.values(
      "type", short: "t", "TYPE", splitsCommas: true, \.types, "Take only jobs of TYPE",
      parse: ValueText.type
    ).completing(.type),
  ]
}

/// A queue, and perhaps how large its share is beside others: `emails` or `emails=6`.
struct QueueShare: Equatable, Sendable {
  let queue: QueueName
  var weight: Int64?

  private static let weights = 1...1000

  static func parse(_ text: String) throws(ValueError) -> QueueShare {
    guard let equals = text.firstIndex(of: "=") else {
      return QueueShare(queue: try ValueText.queue(text))
    }
    let weight = try WholeNumber.parse(String(text[text.index(after: equals)...]), in: weights)
    return QueueShare(queue: try ValueText.queue(String(text[..<equals])), weight: Int64(weight))
  }
}
