import Jobs
import Storage
import Text

/// Where a batch is, and what is in its files.
struct BatchFolder {
  /// The path of its folder.
  let path: String
  let id: JobID

  static let root = "batches"
  /// No `info` is longer, in bytes: a name has 255 at most.
  static let longestInfo = 8192
  static func own(_ id: JobID) -> String { root + "/" + id.description }

  var info: String { path + "/info" }
  var ended: String { path + "/ended" }
  var pending: String { folder(of: .ready) }

  /// Where the entries of jobs in a state are; completed ones have none.
  func folder(of state: JobState) -> String {
    switch state {
    case .dead: path + "/dead"
    case .cancelled: path + "/cancelled"
    default: path + "/pending"
    }
  }

  func entry(_ job: JobID, _ state: JobState) -> String {
    folder(of: state) + "/" + job.description
  }

  /// The content of `info`.
  static func info(_ batch: BatchSummary) -> [UInt8] {
    var writer = JSONWriter(capacity: 128 + batch.name.utf8.count)
    writer.beginObject()
    writer.member("id", batch.id.description)
    writer.member("name", batch.name)
    writer.member("created_at", TextTime.text(batch.createdAt))
    writer.member("total", batch.total)
    if let follower = batch.follower { writer.member("follower", follower.description) }
    writer.endObject()
    writer.endLine()
    return writer.buffer.bytes
  }

  /// What `info` says; `nil` where it makes no sense.
  func read(_ bytes: [UInt8]) -> BatchSummary? {
    guard let object = try? JSONValue.parse(bytes), let name = object["name"]?.string,
      let created = object["created_at"]?.string.flatMap(TextTime.read),
      let total = object["total"]?.int64, total >= 0
    else { return nil }
    return BatchSummary(
      id: id, name: name, createdAt: created, total: total,
      follower: object["follower"]?.string.flatMap { try? JobID($0) })
  }
}
