import Calendar
import Jobs
import Storage

/// The reason with which `migrate` pauses a queue of the source: where it goes, how far that is, and
/// how the queue was paused before.
///
/// Kept in the source itself, so that whoever goes on after a kill knows what the first one found.
struct MigrationMark: Equatable {
  /// The store that the queue goes to.
  let target: String
  /// Whether it is there.
  var isDone: Bool
  /// Whether the queue was paused before.
  var wasPaused = false
  /// Until when.
  var until: Instant?
  /// Why.
  var reason: String?

  /// The mark for a queue as it is.
  init(_ queue: QueueArchive, to target: String) {
    self.target = target
    isDone = false
    wasPaused = queue.paused
    until = queue.pausedUntil
    reason = queue.pauseReason
  }

  /// Reads what `text` wrote.
  init?(_ text: String) {
    guard let isDone = [false, true].first(where: { text.hasPrefix(Self.opening($0)) }) else {
      return nil
    }
    self.isDone = isDone
    let rest = text.dropFirst(Self.opening(isDone).count)
    guard let (target, before) = Self.split(rest, at: Self.pause) else {
      self.target = String(rest)
      return
    }
    self.target = String(target)
    wasPaused = true
    let parts = Self.split(before, at: ": ")
    let times = parts?.0 ?? before
    reason = parts.map { String($0.1) }
    guard times.hasPrefix(Self.untilWord) else { return }
    until = (try? RFC3339.parse(String(times.dropFirst(Self.untilWord.count))))
      .map(Instant.init(milliseconds:))
  }

  /// The words of the pause.
  var text: String {
    var text = Self.opening(isDone) + target
    guard wasPaused else { return text }
    text += Self.pause
    if let until { text += Self.untilWord + until.rfc3339 }
    if let reason { text += ": " + reason }
    return text
  }

  /// The queue with the pause that it had.
  func original(_ queue: QueueArchive) -> QueueArchive {
    var queue = queue
    (queue.paused, queue.pausedUntil, queue.pauseReason) = (wasPaused, until, reason)
    return queue
  }

  private static let pause = "; it was paused"
  private static let untilWord = " until "

  private static func opening(_ isDone: Bool) -> String {
    isDone ? "qctl migrate: moved to " : "qctl migrate: moving to "
  }

  private static func split(
    _ text: Substring, at separator: String
  ) -> (Substring, Substring)? {
    var rest = text
    while !rest.isEmpty {
      if rest.hasPrefix(separator) {
        return (text[..<rest.startIndex], rest.dropFirst(separator.count))
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
