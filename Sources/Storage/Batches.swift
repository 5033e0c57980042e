package import Jobs
import Text

/// A request to put all jobs that a bulk makes into one batch.
package struct NewBatch: Equatable, Sendable {
  /// What it is called; not empty, of any characters but NUL.
  package var name: String
  /// A job that waits for the batch, if one shall; where it has no payload, it gets one that tells the
  /// batch.
  package var follower: NewJob?

  /// A request with its parts.
  package init(name: String, follower: NewJob? = nil) {
    self.name = name
    self.follower = follower
  }

  /// The longest name, in bytes.
  package static let longestName = 255

  /// Checks what the types of the fields don't.
  package func validate() throws(InvalidValue) {
    guard !name.isEmpty else { throw InvalidValue(.batch, "must have a name") }
    guard name.utf8.count <= Self.longestName else {
      throw InvalidValue(.batch, "has a name longer than \(Self.longestName) bytes")
    }
    guard !name.utf8.contains(0) else {
      throw InvalidValue(.batch, "must not hold a NUL character")
    }
    try follower?.validate()
  }

  /// The job that waits for the batch, once that has an id.
  package func follower(of id: JobID) -> NewJob? {
    guard var job = follower else { return nil }
    job.after.append(id)
    guard job.payload.isEmpty else { return job }
    var writer = JSONWriter(capacity: 64 + name.utf8.count)
    writer.beginObject()
    writer.member("batch", id.description)
    writer.member("name", name)
    writer.endObject()
    job.payload = writer.buffer.bytes
    return job
  }
}

/// A batch: jobs that were accepted together, and how many of them have ended how.
///
/// It has ended when none of its jobs is unfinished; a job that is brought back opens it again. Jobs
/// that are removed later stay counted; one that is removed before it ended counts as cancelled.
package struct BatchSummary: Equatable, Sendable {
  /// Identity; batches have ids like jobs, and no two of both have the same.
  package let id: JobID
  /// What it is called.
  package let name: String
  /// When it was accepted.
  package let createdAt: Instant
  /// How many jobs it has.
  package var total: Int64
  /// How many of them are completed, dead and cancelled.
  package var completed: Int64
  package var dead: Int64
  package var cancelled: Int64
  /// When it ended, if it has.
  package var finishedAt: Instant?
  /// The job that waits for it since it was accepted.
  package var follower: JobID?

  /// Every part in turn.
  package init(
    id: JobID, name: String, createdAt: Instant, total: Int64, completed: Int64 = 0,
    dead: Int64 = 0, cancelled: Int64 = 0, finishedAt: Instant? = nil, follower: JobID? = nil
  ) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.total = total
    self.completed = completed
    self.dead = dead
    self.cancelled = cancelled
    self.finishedAt = finishedAt
    self.follower = follower
  }

  /// How many of its jobs have not ended.
  package var unfinished: Int64 { total &- completed &- dead &- cancelled }

  /// How it stands for those that wait for it.
  package var stand: ParentStand {
    if unfinished > 0 { return .live }
    return dead == 0 && cancelled == 0 ? .completed : .failed(word: "has dead or cancelled jobs")
  }

  /// Counts a change of one of its jobs; `nil` for one that was removed.
  package mutating func count(from old: JobState, to new: JobState?) {
    guard new != nil || !old.isTerminal else { return }
    add(-1, old)
    add(1, new ?? .cancelled)
  }

  private mutating func add(_ number: Int64, _ state: JobState) {
    switch state {
    case .completed: completed &+= number
    case .dead: dead &+= number
    case .cancelled: cancelled &+= number
    case .scheduled, .ready, .active, .retrying, .blocked: break
    }
  }

  /// For so long a batch is kept after its end; its jobs go by the rules of their queues.
  package static let retention = TimeSpan.hours(90 * 24)
}

/// A request for one page of batches, the newest first.
package struct BatchPageRequest: Equatable, Sendable {
  /// Behind which one; `nil` for the first page.
  package var after: JobID?
  /// At most so many, from 1.
  package var size: Int

  /// A request with its parts.
  package init(after: JobID? = nil, size: Int) {
    self.after = after
    self.size = size
  }
}

/// What a bulk made beside its jobs.
package struct BatchResult: Equatable, Sendable {
  /// The batch.
  package let id: JobID
  /// The job that waits for it.
  package var follower: JobID?

  /// A result with its parts.
  package init(id: JobID, follower: JobID? = nil) {
    self.id = id
    self.follower = follower
  }
}
