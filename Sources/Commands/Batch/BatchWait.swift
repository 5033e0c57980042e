import Engine
import Jobs
import Storage

/// Waits until a batch is done.
///
/// Whoever ends the last job of a batch may ring the bell of the store, as what waits for the batch can run
/// then; but with nobody waiting nothing becomes possible, and nobody rings. So it is looked at from time to
/// time too, ever more slowly: a look reads one row, or counts the names in three folders.
struct BatchWait {
  let id: JobID
  let store: any StorageAdapter
  let context: CommandContext

  /// The first and the longest pause between two looks, in milliseconds.
  private static let pauses = 20...1000

  /// The batch as it is; `nil` if there is none.
  func look() throws(CommandFailure) -> BatchSummary? {
    try stored { () throws(StorageError) in try store.batch(id) }
  }

  /// The batch once it is done, or when it was asked to stop; `nil` if there is none, or none any more.
  func end() throws(CommandFailure) -> BatchSummary? {
    let isAskedToStop = context.interaction.watchForStop()
    // What happened before it listened is seen by the first look.
    let bell = store.meetingPlace.flatMap { BellWait($0) }
    var pause = Self.pauses.lowerBound
    while let batch = try look() {
      guard batch.unfinished > 0, !isAskedToStop() else { return batch }
      if let bell { bell.wait(milliseconds: pause) } else { _ = context.process.wait(pause) }
      pause = min(pause * 2, Self.pauses.upperBound)
    }
    return nil
  }
}
