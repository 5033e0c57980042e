import Engine
import Jobs
import Testing

@Suite struct WorkersOfQueueTests {
  private func member(
    _ queues: [String], busy: Int, _ standing: WorkerCensus.Standing = .alive
  ) throws -> WorkerCensus.Member {
    WorkerCensus.Member(
      name: "w", queues: try queues.map { try QueueName($0) }, busy: busy, standing: standing)
  }

  @Test func aWorkerCountsForEachOfItsQueues() throws {
    let census = WorkerCensus([
      try member(["mail", "news"], busy: 2), try member(["mail"], busy: 0),
      try member(["mail"], busy: 1, .dead), try member(["idle"], busy: 0),
    ])
    let (mail, none) = (try QueueName("mail"), try QueueName("none"))
    let counts = census.workers(of: [mail, none])
    #expect(counts[mail] == StoreMetrics.Workers(living: 2, busy: 1))
    #expect(counts[try QueueName("news")] == StoreMetrics.Workers(living: 1, busy: 1))
    #expect(counts[try QueueName("idle")] == StoreMetrics.Workers(living: 1, busy: 0))
    #expect(counts[none] == StoreMetrics.Workers())
  }

  @Test func oneOfUnknownQueuesCountsForAll() throws {
    let census = WorkerCensus([try member([], busy: 1)])
    let mail = try QueueName("mail")
    #expect(census.workers(of: [mail])[mail] == StoreMetrics.Workers(living: 1, busy: 1))
  }
}
