import Jobs
import Storage

/// Removing what has been kept for long enough, a few rows at a time, so that a store that has
/// workers needs nobody else to keep it small (design.md §4, "Retention").
extension WorkerSession {
  /// Between two looks where there was nothing more to remove.
  private static let rest = TimeSpan.seconds(60)
  /// A worker with work gives tidying a tenth of its time, an idle one a third.
  private static let shares: (busy: Int64, idle: Int64) = (9, 2)

  /// Removes some, if it is time.
  ///
  /// A failure is left to the next call that a worker needs: it will say so.
  func tidy(_ now: Tick) {
    guard nextTidying <= now, ending == nil, !isLost, trouble == nil else { return }
    let result = try? store.tidy(TidyRequest(now: clock.wall()))
    let end = clock.monotonic()
    guard result?.hasMore == true else { return nextTidying = end + Self.rest }
    let share = isHungry && slots.isEmpty ? Self.shares.idle : Self.shares.busy
    nextTidying = end + TimeSpan(milliseconds: max(1, end.since(now).milliseconds) * share)
  }
}
