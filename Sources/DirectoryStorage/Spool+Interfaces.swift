import Jobs
import Storage

// TEMPORARY: signatures that other files will have.
extension Spool {
  func enqueueWithKeys(_ new: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    throw .busy(path: root, detail: "")
  }
  func releaseKey(of job: Job) {}
  func spreadBulks(in queues: [QueueName]?) throws(StorageError) {}
  func withUniqueKey(
    _ key: String, of queue: QueueName, for id: JobID, _ body: () throws(StorageError) -> Void
  ) throws(StorageError) -> JobID? {
    try body()
    return nil
  }
  func noteRemoval(of job: Job) throws(StorageError) {}
  func expireKeys(at now: Instant, limit: Int) throws(StorageError) -> Int { 0 }
  func keysMayBeDue(at now: Instant) -> Bool { false }
}
