package import Jobs

extension StoreMetrics.Workers {
  /// Who works for a queue, by the workers' own files: no job is looked at.
  ///
  /// A worker of several queues counts for each, and as busy for each while it has a job of any; one
  /// whose queues cannot be read counts for every queue.
  package init(of queue: QueueName, in census: WorkerCensus) {
    let members = census.living.filter { $0.works(onAnyOf: [queue]) }
    self.init(
      living: Int64(members.count), busy: Int64(members.count { $0.busy > 0 }))
  }
}

extension WorkerCensus {
  /// The workers of some queues, and of those that living workers take jobs from.
  package func workers(of queues: [QueueName]) -> [QueueName: StoreMetrics.Workers] {
    let names = Set(queues).union(living.flatMap(\.queues))
    var counts: [QueueName: StoreMetrics.Workers] = [:]
    for name in names { counts[name] = StoreMetrics.Workers(of: name, in: self) }
    return counts
  }
}
