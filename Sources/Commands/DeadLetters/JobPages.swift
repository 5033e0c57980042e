import Jobs
import Storage

/// Walks over the jobs that a filter selects, a page at a time; its `limit` is not counted.
struct JobPages {
  let store: any StorageAdapter
  let order: JobOrder
  let now: Instant

  private static let size = 1000

  func visit(
    _ filter: JobFilter, _ body: (Job) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    var request = JobPageRequest(filter, order: order, size: Self.size, now: now)
    repeat {
      let page = try stored { () throws(StorageError) in try store.page(request) }
      for job in page.jobs { try body(job) }
      request.after = page.next
    } while request.after != nil
  }
}
