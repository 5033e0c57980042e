package import Jobs
package import Storage

extension DirectoryStore {
  package func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try changing { (spool) throws(StorageError) in try spool.setPaused(request) }
  }

  package func setRetention(
    _ retention: Retention, of queue: QueueName, at now: Instant
  ) throws(StorageError) -> Bool {
    try changing { (spool) throws(StorageError) in try spool.setRetention(retention, of: queue) }
  }

  package func retention(of queue: QueueName) throws(StorageError) -> Retention {
    try withSpool { (spool) throws(StorageError) in
      guard try spool.isKnown(queue) else { throw .unknownQueue(queue) }
      return try spool.settings(of: queue).retention
    }
  }
}
