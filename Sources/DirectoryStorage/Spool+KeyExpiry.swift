import Jobs
import PosixIO
import Storage

/// What this process knows of when idempotency keys expire, so that it need not look at them all.
struct KeyExpiry {
  /// When the first of the keys that are known expires; `nil` where it is not known.
  private var first: Instant?
  /// Until when the keys need not be looked at again, since others may add some.
  private var fresh: Instant?

  /// Keys that others add meanwhile are known for a day, so looking after an hour is early enough.
  private static let trust = TimeSpan.hours(1)

  /// Whether some may be due.
  func mayBeDue(at now: Instant) -> Bool {
    guard let fresh, now < fresh, now >= fresh - Self.trust else { return true }
    return first.map { $0 <= now } ?? false
  }

  /// Takes in a key that was just written.
  mutating func note(_ expiry: Instant?) {
    guard let expiry else { return }
    first = first.map { min($0, expiry) } ?? expiry
  }

  /// Takes in that all keys were looked at.
  mutating func set(_ first: Instant?, at now: Instant) {
    self.first = first
    fresh = now + Self.trust
  }
}

extension Spool {
  /// Removes idempotency keys whose time is over, first those that were over first.
  ///
  /// Where nothing is due, it costs nothing but a look at all keys once an hour.
  ///
  /// - Parameter limit: at most so many.
  /// - Returns: how many were removed; see `keysMayBeDue` for whether some are left.
  func expireKeys(at now: Instant, limit: Int) throws(StorageError) -> Int {
    guard keysMayBeDue(at: now), limit > 0 else { return 0 }
    var (due, next) = try keysByExpiry(at: now, limit: limit)
    let left = due.count > limit ? due.removeLast() : nil
    var removed = 0
    for file in due where try expire(file, at: now) { removed += 1 }
    keyExpiry.set([left?.expiresAt, next].compactMap { $0 }.min(), at: now)
    return removed
  }

  /// Whether some idempotency keys may be over; after `expireKeys` whether some are.
  func keysMayBeDue(at now: Instant) -> Bool { keyExpiry.mayBeDue(at: now) }

  /// The first keys that are over, one more than the limit, and when the first of the others is.
  private func keysByExpiry(
    at now: Instant, limit: Int
  ) throws(StorageError) -> (due: [KeyFile], next: Instant?) {
    var due: [KeyFile] = []
    var next: Instant?
    try forEachKey { file, _ in
      guard let expiry = file.expiresAt else { return }
      guard expiry <= now else {
        next = next.map { min($0, expiry) } ?? expiry
        return
      }
      due.append(file)
      if due.count > 2 * limit + 1000 { due = Self.first(limit + 1, of: due) }
    }
    return (Self.first(limit + 1, of: due), next)
  }

  private static func first(_ count: Int, of files: [KeyFile]) -> [KeyFile] {
    let sorted = files.sorted {
      ($0.expiresAt ?? .init(milliseconds: 0), $0.queue, $0.key)
        < ($1.expiresAt ?? .init(milliseconds: 0), $1.queue, $1.key)
    }
    return Array(sorted.prefix(count))
  }

  private func expire(_ file: KeyFile, at now: Instant) throws(StorageError) -> Bool {
    let place = file.place
    return try locked([place.shard]) { () throws(StorageError) in
      guard let found = try? keyFile(place), let expiry = found.expiresAt, expiry <= now else {
        return false
      }
      return try ifThere { () throws(SystemError) in try tree.remove(place.path) } != nil
    }
  }

  /// Looks at all keys of a kind; those that can't be read are passed over.
  func forEachKey(
    _ kind: KeyConflict.Kind = .idempotency,
    _ body: (KeyFile, String) throws(StorageError) -> Void
  ) throws(StorageError) {
    for shard in try names(in: KeyPlace.root).sorted() {
      let folder = KeyPlace.folder(shard)
      for name in try names(in: folder).sorted() where name.hasPrefix(KeyPlace.prefix(kind)) {
        let path = folder + "/" + name
        guard let file = (try? keyFile(at: path)) ?? nil, file.place.path == path else { continue }
        try body(file, path)
      }
    }
  }
}
