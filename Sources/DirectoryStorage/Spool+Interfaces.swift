import Jobs
import Storage

// TEMPORARY: signatures that other files will have.
extension Spool {
  func locate(_ id: JobID) throws(StorageError) -> JobPlace? { nil }
  func writeLog() {}
  func enqueueWithKeys(_ new: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    throw .busy(path: root, detail: "")
  }
  func releaseKey(of job: Job) {}
  func spreadBulks(in queues: [QueueName]?) throws(StorageError) {}
  func pause(of queue: QueueName, at now: Instant) throws(StorageError) -> Bool { false }
}
