import Jobs
import MemoryStorage
import Storage

/// A whole store in parts, in an order in which another can take them in.
struct Archive {
  let parts: [ArchivePart]

  init(of store: any StorageAdapter, at now: Instant) throws(StorageError) {
    let everything = try Everything(of: store, at: now)
    var parts: [ArchivePart] = []
    for queue in everything.queues {
      parts.append(
        .queue(
          QueueArchive(
            queue: queue.queue, paused: queue.paused, pausedUntil: queue.pausedUntil,
            pauseReason: queue.pauseReason, settings: try store.settings(of: queue.queue))))
    }
    parts += everything.batches.map { .batch($0) }
    parts += everything.details.map { .job($0) }
    parts += try Self.requests(of: store).map { .request($0) }
    parts += try store.schedules().map { .schedule($0) }
    parts += everything.minutes.map { .minute($0) }
    parts += everything.log.map { .record($0) }
    self.parts = parts
  }

  /// Every remembered request, page by page.
  static func requests(
    of store: any StorageAdapter, size: Int = 3
  ) throws(StorageError) -> [KnownRequest] {
    var requests: [KnownRequest] = []
    while true {
      let page = try store.requests(KnownRequestPageRequest(after: requests.last, size: size))
      requests += page.requests
      guard page.hasMore else { return requests }
    }
  }

  /// Puts all of it into a store, a few parts at a time.
  @discardableResult
  func restore(
    to store: any StorageAdapter, at now: Instant, size: Int = 7
  ) throws(StorageError) -> [RestoreOutcome] {
    var outcomes: [RestoreOutcome] = []
    for start in stride(from: 0, to: parts.count, by: size) {
      let batch = Array(parts[start..<min(start + size, parts.count)])
      outcomes += try store.restore(batch, at: now)
    }
    return outcomes
  }
}

extension Archive {
  /// This as a store takes it in that knows no rates.
  func settings(asKeptBy store: any StorageAdapter) -> Archive {
    Archive(
      parts: parts.map { part in
        guard case .queue(var queue) = part else { return part }
        if !store.keepsRates {
          (queue.settings.limits.rate, queue.settings.limits.burst) = (nil, nil)
        }
        if !store.keepsAttempts { queue.settings.retention.attempts = nil }
        return .queue(queue)
      })
  }
}

extension ArchivePart {
  var isRecord: Bool { if case .record = self { true } else { false } }
  var isMinute: Bool { if case .minute = self { true } else { false } }
}

extension StorageSource {
  /// Whether queues can have rates.
  var keepsRates: Bool { capabilities[.rateLimits] == .full }
  /// Whether queues may say for how long attempts are kept.
  var keepsAttempts: Bool { capabilities[.attemptRetention] == .full }

  /// Whether minutes can be taken in, for tests that then expect another answer.
  var keepsMinutes: Bool { capabilities[.minutes] == .full }
}
