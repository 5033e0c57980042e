import Jobs
import Storage

/// The jobs that a filter selects, a page at a time.
struct JobPages {
  private let store: any StorageAdapter
  private let size: Int
  private var request: JobPageRequest
  private var left: Int
  /// Whether more may come, be it wanted or not.
  private(set) var hasMore = true

  /// So many jobs a page suit whoever only looks at them.
  static let usualSize = 1000

  /// - Parameters:
  ///   - limit: how many jobs are wanted; that of the filter is not counted.
  ///   - size: how many a page.
  init(
    of filter: JobFilter, _ order: JobOrder, in store: any StorageAdapter, limit: Int = .max,
    size: Int = Self.usualSize, now: Instant
  ) {
    self.store = store
    self.size = size
    left = limit
    request = JobPageRequest(filter, order: order, size: size, now: now)
  }

  /// The next page, which may be empty; `nil` behind the last.
  mutating func next() throws(CommandFailure) -> [Job]? {
    guard hasMore, left > 0 else { return nil }
    request.size = min(left, size)
    let page = try stored { () throws(StorageError) in try store.page(request) }
    left -= page.jobs.count
    request.after = page.next
    hasMore = page.next != nil
    return page.jobs
  }

  /// Hands out every job that is left.
  mutating func forEach(_ body: (Job) throws(CommandFailure) -> Void) throws(CommandFailure) {
    while let jobs = try next() {
      for job in jobs { try body(job) }
    }
  }
}
