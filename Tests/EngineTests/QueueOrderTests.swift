import Jobs
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite struct QueueOrderTests {
  private let queues = ["emails", "reports", "rest"].compactMap { try? QueueName($0) }

  /// So many jobs of each queue, in the order of a claim that takes so many.
  private func claim(
    _ order: inout QueueOrder, from left: inout [QueueName: Int], limit: Int
  ) throws -> [QueueName] {
    var taken: [ClaimedJob] = []
    for queue in order.next {
      while taken.count < limit, left[queue, default: 0] > 0 {
        left[queue, default: 0] -= 1
        taken.append(try Self.job(in: queue))
      }
    }
    order.note(taken, of: limit)
    return taken.map(\.job.queue)
  }

  private static func job(in queue: QueueName) throws -> ClaimedJob {
    let id = try #require(JobID(rawValue: 1))
    let job = Job(id: id, accepting: NewJob(queue: queue), now: Instant(milliseconds: 0))
    let lease = Lease(id: id, token: LeaseToken(rawValue: 1))
    return ClaimedJob(job: job, lease: lease, payload: [], tags: [])
  }

  @Test("Without weights the order is strict")
  func strict() throws {
    var order = QueueOrder(queues)
    var left = [queues[0]: 2, queues[1]: 9]
    let taken = try (0..<4).flatMap { _ in try claim(&order, from: &left, limit: 1) }
    #expect(taken == [queues[0], queues[0], queues[1], queues[1]])
  }

  @Test("Jobs are shared by weight, and evenly mixed", arguments: [1, 2, 5, 16])
  func shares(limit: Int) throws {
    var order = QueueOrder(queues, weights: [6, 3, 1])
    var left = Dictionary(uniqueKeysWithValues: queues.map { ($0, 100_000) })
    var counts: [QueueName: Int] = [:]
    for _ in 0..<1000 {
      for queue in try claim(&order, from: &left, limit: limit) { counts[queue, default: 0] += 1 }
    }
    let sum = counts.values.reduce(0, +)
    for (queue, weight) in zip(queues, [6, 3, 1]) {
      let share = counts[queue, default: 0] * 10
      #expect(abs(share - weight * sum) <= 10 * 10 * limit, "\(queue) has \(counts)")
    }
  }

  @Test("One at a time, no queue waits for longer than its share")
  func smooth() throws {
    var order = QueueOrder(Array(queues.prefix(2)), weights: [6, 1])
    var left = [queues[0]: 1000, queues[1]: 1000]
    let taken = try (0..<700).flatMap { _ in try claim(&order, from: &left, limit: 1) }
    let places = taken.indices.filter { taken[$0] == queues[1] }
    #expect(places.count == 100)
    for (before, after) in zip(places, places.dropFirst()) { #expect(after - before == 7) }
  }

  @Test("An empty queue gives way, and is owed nothing when it comes back")
  func givesWay() throws {
    var order = QueueOrder(Array(queues.prefix(2)), weights: [1, 1])
    var left = [queues[0]: 1000, queues[1]: 0]
    let alone = try (0..<50).flatMap { _ in try claim(&order, from: &left, limit: 1) }
    #expect(alone.count == 50)
    left[queues[1]] = 1000
    let both = try (0..<20).flatMap { _ in try claim(&order, from: &left, limit: 1) }
    #expect(abs(both.count { $0 == queues[1] } - 10) <= 1, "\(both)")
  }
}
