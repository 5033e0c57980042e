import Text

extension JobFilter {
  /// Judges everything that a hot row can answer; `limit` is the caller's to count.
  package func matches(_ job: Job, at now: Instant) -> Bool {
    let state = job.effectiveState(at: now)
    return (ids.isEmpty || ids.contains(job.id))
      && queues.accepts { $0 == job.queue }
      && states.accepts { $0 == state }
      && types.accepts { $0 == job.type }
      && priorities.accepts { $0 == job.priority }
      && errors.accepts { Self.text(job.error, holds: $0) }
      && (attempts.map { $0.contains(job.attempt) } ?? true)
      && (replays.map { $0.contains(job.replays) } ?? true)
      && batches.accepts { $0 == job.batch }
      && matchesAge(job, at: now)
      && matchesErrorGroup(job)
  }

  /// Judges tags and payload; only needed where `needsDetail`.
  package func matchesDetail(tags jobTags: [Tag], payload bytes: [UInt8]) -> Bool {
    tags.accepts { jobTags.contains($0) }
      && payload.accepts { match in match.path.find(in: bytes)?.text == match.value }
  }

  /// Last, since the shape of an error costs more than all the others.
  private func matchesErrorGroup(_ job: Job) -> Bool {
    guard !errorGroups.isEmpty else { return true }
    let group = ErrorGroupID(of: job.error)
    return errorGroups.accepts { $0 == group }
  }

  private func matchesAge(_ job: Job, at now: Instant) -> Bool {
    let origin =
      switch ageOrigin {
      case .enqueue: job.enqueuedAt
      case .death: job.finishedAt ?? job.enqueuedAt
      }
    let age = now.since(origin)
    return (olderThan.map { age >= $0 } ?? true) && (newerThan.map { age <= $0 } ?? true)
  }

  /// Whether `part` occurs in `text`, byte for byte.
  package static func text(_ text: String?, holds part: String) -> Bool {
    guard let text else { return false }
    let needle = Array(part.utf8)
    guard let first = needle.first else { return true }
    let hay = Array(text.utf8)
    guard hay.count >= needle.count else { return false }
    return (0...(hay.count - needle.count)).contains { start in
      hay[start] == first && hay[start..<(start + needle.count)].elementsEqual(needle)
    }
  }
}
