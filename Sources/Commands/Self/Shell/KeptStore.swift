import PosixIO
import Storage

/// The store of a shell, open from one command to the next.
///
/// No transaction is open in between: each call of a store is one. It is given up, and opened anew,
///
/// - for another place, and where a command means to do more than it was opened for;
/// - when its file is not the one of that name any more: it was removed, or another took its place. SQLite
///   notices this too, and then leaves the log of the other file alone at the close;
/// - when a command failed, whatever the reason;
/// - before another process of ours begins, which may want the file for itself.
final class KeptStore {
  private struct Kept {
    let location: StoreLocation
    let intent: StoreIntent
    let file: FileStatus
    let adapter: any StorageAdapter
  }

  private let open: Program.OpenStore
  private let stop: StopWish
  private var kept: Kept?

  init(_ open: @escaping Program.OpenStore, stop: @escaping StopWish) {
    self.open = open
    self.stop = stop
  }

  /// The store, as it is open or opened now.
  func store(
    _ location: StoreLocation, _ intent: StoreIntent
  ) throws(StorageError) -> any StorageAdapter {
    if let kept, suits(kept, location, intent) { return kept.adapter }
    giveUp()
    let adapter = try open(location, intent, stop)
    if let path = location.path, let file = try? FileSystem.status(of: path) {
      kept = Kept(location: location, intent: intent, file: file, adapter: adapter)
    }
    return adapter
  }

  /// A command is done with a store; one that is kept stays open.
  func release(_ adapter: any StorageAdapter) {
    if kept?.adapter !== adapter { adapter.close() }
  }

  /// Closes what is open.
  func giveUp() {
    kept?.adapter.close()
    kept = nil
  }

  private func suits(_ kept: Kept, _ location: StoreLocation, _ intent: StoreIntent) -> Bool {
    guard kept.location == location, let path = location.path,
      let file = try? FileSystem.status(of: path), file.isSameFile(as: kept.file)
    else { return false }
    switch location {
    // To write takes settings that a reader does without, and making is writing where it is made.
    case .sqlite: return intent == .read || kept.intent != .read
    // Who reads it may be stopped, who writes may not.
    case .directory: return (intent == .read) == (kept.intent == .read)
    case .network: return false
    }
  }
}
