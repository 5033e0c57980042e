import Jobs
import Storage

/// The order in which a worker asks its queues: strict, or by weights.
///
/// With weights each claim asks the queue first to which most is owed (smooth weighted round robin, as
/// nginx shares requests), and the others behind it. What was taken is charged job by job, so that the
/// shares hold in the long run, however many come at a time. A queue that had nothing is owed nothing
/// any more: it gives way, and does not come back with a claim on all that others had meanwhile.
struct QueueOrder {
  private let queues: [QueueName]
  private let weights: [Int64]
  /// What is owed to each, in jobs times all weights.
  private var owed: [Int64]

  /// An order of queues.
  ///
  /// - Parameter weights: of each queue; none for strict order.
  init(_ queues: [QueueName], weights: [Int64] = []) {
    self.queues = queues
    self.weights = weights.count == queues.count ? weights : []
    owed = Array(repeating: 0, count: queues.count)
  }

  /// The queues for the next claim.
  var next: [QueueName] { places.map { queues[$0] } }

  private var places: [Int] {
    guard !weights.isEmpty else { return Array(queues.indices) }
    return queues.indices.sorted {
      (owed[$1] + weights[$1], $0) < (owed[$0] + weights[$0], $1)
    }
  }

  /// Takes in what the claim with the order of `next` gave.
  ///
  /// - Parameter wanted: how many it asked for; fewer mean that all queues were found empty.
  mutating func note(_ claimed: [ClaimedJob], of wanted: Int) {
    guard !weights.isEmpty, !claimed.isEmpty else { return }
    let places = places
    var counts = Array(repeating: Int64(0), count: queues.count)
    for taken in claimed {
      if let place = queues.firstIndex(of: taken.job.queue) { counts[place] += 1 }
    }
    let last = claimed.count < wanted ? places.count - 1 : places.lastIndex { counts[$0] > 0 } ?? 0
    for place in places[...last] where counts[place] == 0 { owed[place] = 0 }
    let asked = places.enumerated().filter { $0.offset > last || counts[$0.element] > 0 }
    let live = asked.map(\.element)
    let sum = live.reduce(0) { $0 + weights[$1] }
    for place in live {
      owed[place] += weights[place] * Int64(claimed.count) - sum * counts[place]
    }
  }
}
