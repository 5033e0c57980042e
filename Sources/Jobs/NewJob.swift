/// A request to accept a job: what `enqueue`, a bulk line or an application's row says.
package struct NewJob: Equatable, Sendable {
  /// Where it goes.
  package var queue: QueueName
  /// What kind of work it is.
  package var type: JobType
  /// Opaque bytes; never re-encoded.
  package var payload: [UInt8]
  /// How urgent it is; `nil` for the queue's or the general default.
  package var priority: Priority?
  /// Not before this; `nil` for at once.
  package var runAt: Instant?
  /// Failures until it is dead; `nil` for the queue's or the general default.
  package var maxAttempts: Int64?
  /// How it waits between failures; `nil` for what the queue says at each failure.
  package var backoff: Backoff?
  /// How long one execution may take; `nil` for the queue's default.
  package var timeout: TimeSpan?
  /// At most one live job of the queue has this.
  package var uniqueKey: String?
  /// For how long the job holds its unique key.
  package var uniqueScope = UniqueScope.active
  /// What follows where another job holds the unique key.
  package var onConflict = UniqueConflict.ignore
  /// The same request sent twice gives the first job back.
  package var idempotencyKey: String?
  /// For so long the same request is known again; `nil` for the general rule.
  package var idempotencyLifetime: TimeSpan?
  /// For people, filters and log records.
  package var tags: [Tag] = []
  /// The jobs, and batches, that it waits for.
  package var after: [JobID] = []
  /// Of a bulk, a number by which later jobs of it can say that they wait for this one; it stands for
  /// the latest that has it.
  package var label: Int?
  /// The jobs of the same bulk that it waits for too, by the numbers that earlier ones gave.
  package var afterLabels: [Int] = []
  /// What follows when one of them is dead or cancelled.
  package var onParentFailure = ParentFailure.hold
  /// The batch that it belongs to.
  package var batch: JobID?
  /// Of the jobs with this, a queue may run only so many at once.
  package var concurrencyKey: String?
  /// The schedule that makes it.
  package var schedule: QueueName?

  /// A request with every choice left to its default.
  package init(
    queue: QueueName = .default, type: JobType = .default, payload: [UInt8] = []
  ) {
    self.queue = queue
    self.type = type
    self.payload = payload
  }

  /// The largest payload, in bytes: 256 KiB (design.md §2).
  package static let largestPayload = 256 * 1024
  /// The longest unique or idempotency key, in bytes.
  package static let longestKey = 255

  /// The most jobs that one may wait for.
  package static let mostParents = 100

  /// The latest moment that a job may wait for, about the year 3084: later ones would break the
  /// order of priorities in a store.
  package static let latestRun = Instant(milliseconds: 1 << 45)

  /// Checks what the types of the fields don't.
  ///
  /// - Throws: `InvalidValue` for the first field that breaks a limit.
  package func validate() throws(InvalidValue) {
    guard payload.count <= Self.largestPayload else {
      throw InvalidValue(
        .payload,
        "is \(payload.count) bytes; the limit is \(Self.largestPayload). "
          + "Store the data elsewhere and enqueue its id")
    }
    try Self.check(uniqueKey, .uniqueKey)
    try Self.check(idempotencyKey, .idempotencyKey)
    try Self.check(concurrencyKey, .concurrencyKey)
    guard after.count &+ afterLabels.count <= Self.mostParents else {
      throw InvalidValue(.after, "names more than \(Self.mostParents) jobs")
    }
    if let maxAttempts, !(1...1000).contains(maxAttempts) {
      throw InvalidValue(.maxAttempts, "must be 1 to 1000")
    }
    if let runAt, runAt >= Self.latestRun {
      throw InvalidValue(.runAt, "is later than the year 3000")
    }
    if let timeout, timeout.milliseconds <= 0 {
      throw InvalidValue(.timeout, "must be longer than nothing")
    }
    if let lifetime = idempotencyLifetime, lifetime.milliseconds < 1000 {
      throw InvalidValue(.idempotencyLifetime, "must be at least a second")
    }
    try checkTags()
  }

  private static func check(
    _ key: String?, _ field: InvalidValue.Field
  ) throws(InvalidValue) {
    guard let key else { return }
    guard !key.isEmpty else { throw InvalidValue(field, "must not be empty") }
    guard key.utf8.count <= longestKey else {
      throw InvalidValue(field, "is longer than \(longestKey) bytes")
    }
    guard !key.utf8.contains(0) else { throw InvalidValue(field, "must not hold a NUL character") }
  }

  private func checkTags() throws(InvalidValue) {
    guard tags.count <= Tag.most else {
      throw InvalidValue(.tags, "are more than \(Tag.most)")
    }
    var names = Set<String>()
    for tag in tags where !names.insert(tag.name).inserted {
      throw InvalidValue(.tags, "name '\(tag.name)' twice")
    }
  }
}
