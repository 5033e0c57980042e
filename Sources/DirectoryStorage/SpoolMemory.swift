import Jobs
import Storage

/// What a process remembers of a store to spare itself work; forgetting it does no harm.
struct SpoolMemory {
  /// The rest of the latest listing.
  var listing: Listing?
  /// Where the jobs of the latest page were.
  var page: [JobID: JobPlace] = [:]
  /// Who last took a job of a queue here, and the folder of what it has.
  var holders: [QueueName: (holder: Holder, folder: String)] = [:]
  /// Where this process last wrote the log.
  var logTail: LogTail?
  /// What tidying found by state.
  var expiry: [JobState: JobExpiry] = [:]
  /// The requests that are being read page by page.
  var requests: [KnownRequest]?
  /// Whether the store's format is durably the present one.
  var isFormatRaised = false
}

/// The end of a log file as this process left it.
struct LogTail {
  let day: LogDay
  /// In bytes.
  let end: Int64
}
