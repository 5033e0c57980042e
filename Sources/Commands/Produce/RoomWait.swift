import Engine
import Jobs
import PosixIO
import Storage

/// Waits until a queue that is full has room: the bell of the store tells, and a slow poll below it.
struct RoomWait {
  /// For how long, at most; `nil` for not at all.
  let patience: TimeSpan?
  let context: CommandContext

  /// The first and the longest pause between two tries, in milliseconds.
  private static let pauses = 20...1000

  /// Tries until there is room or no more patience.
  func run<Result>(
    on store: any StorageAdapter, _ body: () throws(StorageError) -> Result
  ) throws(CommandFailure) -> Result {
    let begun = SystemClock.monotonicNanoseconds()
    var bell: BellWait?
    var pause = Self.pauses.lowerBound
    while true {
      let left = patience.map { remaining(of: $0, since: begun) } ?? 0
      do { return try body() } catch {
        guard case .queueFull = error, left > 0 else { throw CommandFailure(error) }
      }
      guard bell != nil || store.meetingPlace == nil else {
        // What happened before it listened is seen by trying once more.
        bell = store.meetingPlace.flatMap { BellWait($0) }
        if bell != nil { continue }
        wait(min(Int64(pause), left), nil)
        continue
      }
      wait(min(Int64(pause), left), bell)
      pause = min(pause * 2, Self.pauses.upperBound)
    }
  }

  private func wait(_ milliseconds: Int64, _ bell: BellWait?) {
    let time = Int(clamping: max(milliseconds, 1))
    if let bell { return bell.wait(milliseconds: time) }
    _ = context.process.wait(time)
  }

  private func remaining(of patience: TimeSpan, since begun: Int64) -> Int64 {
    let spent = (SystemClock.monotonicNanoseconds() &- begun) / 1_000_000
    return patience.milliseconds.subtractingReportingOverflow(spent).partialValue
  }
}
