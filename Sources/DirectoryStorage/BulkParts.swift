import Jobs
import Storage

/// The parts of a bulk, staged or accepted.
struct BulkParts {
  /// Where accepted bulks are until they are spread.
  static let root = "bulks"

  /// A folder of jobs that will be a bucket as it is.
  struct Part {
    let queue: QueueName
    let state: JobState
    /// The folder that it belongs into, as it will be: `queues/emails/ready/5`.
    let parent: String
    /// The name of the bucket.
    let name: String

    /// Its path in the bulk, and in the store once it is spread.
    var path: String { parent + "/" + name }
  }

  var parts: [Part] = []
  /// The folders into which parts belong, whether or not some are left.
  var parents: [String] = []
}

extension Spool {
  /// The parts of a bulk.
  ///
  /// - Parameters:
  ///   - path: the bulk's folder.
  ///   - queues: only of these; `nil` for all.
  func bulkParts(
    of path: String, in queues: [QueueName]? = nil
  ) throws(StorageError) -> BulkParts {
    var found = BulkParts()
    for name in try names(in: path + "/" + Shelf.root).sorted() {
      guard let queue = try? QueueName(name), queues?.contains(queue) ?? true else { continue }
      for word in try names(in: path + "/" + Shelf.queue(queue)).sorted() {
        guard let state = JobState(rawValue: word) else { continue }
        let folder = Shelf.state(state, of: queue)
        guard state == .ready else {
          try add(folder, of: path, queue, state, to: &found)
          continue
        }
        for level in try names(in: path + "/" + folder).sorted() {
          try add(folder + "/" + level, of: path, queue, state, to: &found)
        }
      }
    }
    return found
  }

  private func add(
    _ parent: String, of path: String, _ queue: QueueName, _ state: JobState,
    to found: inout BulkParts
  ) throws(StorageError) {
    found.parents.append(parent)
    for name in try names(in: path + "/" + parent).sorted() where Bucket(name) != nil {
      found.parts.append(BulkParts.Part(queue: queue, state: state, parent: parent, name: name))
    }
  }
}
