package import Jobs
package import Storage

// Short words for tests that care for nothing but how long jobs are kept.

extension StorageControlling {
  /// Sets all that a queue keeps.
  package func setRetention(
    _ retention: Retention, of queue: QueueName, at now: Instant
  ) throws(StorageError) -> Bool {
    try configure(
      ConfigureRequest(
        queue,
        [JobState.completed, .cancelled, .dead].map { .keep($0, retention[$0]) },
        actor: "olga", now: now))
  }

  /// What a queue keeps.
  package func retention(of queue: QueueName) throws(StorageError) -> Retention {
    try settings(of: queue).retention
  }
}
