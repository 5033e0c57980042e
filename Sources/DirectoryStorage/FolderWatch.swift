import PosixIO

/// Hears of names that are made in folders or moved into them, so that what was read of these folders
/// need not be read again while nobody adds anything.
///
/// The kernel tells before the call that moved the name returns, so whoever asks after that hears of it.
/// Names that go away are not told of: whoever tries such a name finds out.
package protocol FolderWatch: AnyObject {
  /// Begins to listen to a folder, which must happen before it is read; false where that is not possible.
  func listen(to folder: String) -> Bool
  /// Whether something was added anywhere since the last time, or may have been.
  func hasNews() -> Bool
  /// Stops listening to everything.
  func reset()
}

/// The kernel's own watch, inotify(7).
final class InotifyWatch: FolderWatch {
  private let root: String
  private let inotify: Inotify
  private var watches: Set<Int32> = []

  init?(root: String) {
    guard let inotify = try? Inotify() else { return nil }
    self.root = root
    self.inotify = inotify
  }

  func listen(to folder: String) -> Bool {
    let mask: Inotify.Mask = [.create, .movedTo, .onlyFolders, .noFollow]
    guard let watch = try? inotify.watch(root + "/" + folder, mask) else { return false }
    watches.insert(watch)
    return true
  }

  func hasNews() -> Bool {
    var found = false
    // More may wait than one read gives.
    while true {
      guard let events = try? inotify.events() else { return true }
      guard !events.isEmpty else { return found }
      found = true
    }
  }

  func reset() {
    for watch in watches { try? inotify.remove(watch) }
    watches.removeAll()
    _ = hasNews()
  }
}
