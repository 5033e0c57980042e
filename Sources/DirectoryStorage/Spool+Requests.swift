import Jobs
import Storage

extension Spool {
  /// Some of the requests that are remembered, by queue and key.
  ///
  /// The first page reads all keys, which are then remembered up to the last page.
  func requests(_ request: KnownRequestPageRequest) throws(StorageError) -> KnownRequestPage {
    let size = max(request.size, 1)
    if request.after == nil || memory.requests == nil { memory.requests = try allRequests() }
    guard let all = memory.requests else { return KnownRequestPage(requests: [], hasMore: false) }
    var start = 0
    if let after = request.after {
      var end = all.count
      while start < end {
        let middle = start + (end - start) / 2
        if KeyFile.precedes(after.queue, after.key, all[middle].queue, all[middle].key) {
          end = middle
        } else {
          start = middle + 1
        }
      }
    }
    let page = all[start...].prefix(size)
    let hasMore = page.endIndex < all.endIndex
    if !hasMore { memory.requests = nil }
    return KnownRequestPage(requests: Array(page), hasMore: hasMore)
  }

  /// All requests; those whose job never came to be were never accepted.
  private func allRequests() throws(StorageError) -> [KnownRequest] {
    var files: [KeyFile] = []
    try forEachKey { (file: KeyFile, _: String) throws(StorageError) in files.append(file) }
    let doubtful = files.filter { !$0.isJobRemoved }.map(\.id)
    let places = doubtful.isEmpty ? [:] : try locate(Set(doubtful))
    return files.filter { $0.isJobRemoved || places[$0.id] != nil }
      .sorted { KeyFile.precedes($0.queue, $0.key, $1.queue, $1.key) }
      .compactMap(\.request)
  }
}

extension KeyFile {
  /// The request that an idempotency key remembers.
  var request: KnownRequest? {
    expiresAt.map {
      KnownRequest(queue: queue, key: key, id: id, digest: digest, expiresAt: $0)
    }
  }

  /// By the bytes of the queue's name, then by those of the key.
  static func precedes(
    _ queue: QueueName, _ key: String, _ otherQueue: QueueName, _ otherKey: String
  ) -> Bool {
    guard queue == otherQueue else {
      return queue.description.utf8.lexicographicallyPrecedes(otherQueue.description.utf8)
    }
    return key.utf8.lexicographicallyPrecedes(otherKey.utf8)
  }
}
