package import Jobs

/// A request for how long the ready jobs of a queue have been due.
package struct ReadyAgesRequest: Equatable, Sendable {
  /// Of which queue; one that is not known has none.
  package var queue: QueueName
  /// The ages at which one stretch ends and the next begins, rising, all above zero.
  package var edges: [TimeSpan]
  /// How many jobs are counted at most, from 1.
  package var most: Int
  /// The moment that decides what is due, and for how long.
  package var now: Instant

  /// A request with its parts.
  package init(of queue: QueueName, edges: [TimeSpan], most: Int, now: Instant) {
    self.queue = queue
    self.edges = edges
    self.most = most
    self.now = now
  }
}

/// How many ready jobs have been due for how long.
package struct ReadyAges: Equatable, Sendable {
  /// The jobs of each stretch, the shortest ages first: below the first edge, from it to the next,
  /// and at last from the last edge on.
  package var counts: [Int64]
  /// Whether there were more jobs than were to be counted.
  package var isCutOff: Bool

  /// Nothing counted yet, for so many edges.
  package init(edges: Int) {
    counts = Array(repeating: 0, count: edges + 1)
    isCutOff = false
  }
}

extension StorageBrowsing {
  /// Page by page, for a store that knows no shorter way.
  package func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges {
    var ages = ReadyAges(edges: request.edges.count)
    var filter = JobFilter()
    filter.queues.anyOf = [request.queue]
    filter.states.anyOf = [.ready]
    var page = JobPageRequest(filter, order: .oldestFirst, size: 1000, now: request.now)
    var left = request.most
    while true {
      let found = try self.page(page)
      for job in found.jobs {
        guard left > 0 else {
          ages.isCutOff = true
          return ages
        }
        left -= 1
        let age = request.now.since(job.runAt)
        ages.counts[request.edges.count { $0 <= age }] += 1
      }
      guard let next = found.next else { return ages }
      page.after = next
    }
  }
}
