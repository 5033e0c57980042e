import PosixIO

/// Tells the workers of this host that there is something new to do (design.md §4, "Wake-up").
///
/// To ring is to open a file for writing and close it again, which inotify(7) tells whoever watches;
/// nothing is written, so ringing costs the disk nothing. It must come after the commit can be seen:
/// a worker that looked too early would sleep on.
struct Bell {
  private let path: String

  /// The bell of a store.
  init(folder: String) {
    path = folder + "/bell"
  }

  /// Rings.
  ///
  /// Where that is not possible, workers find out by their slow poll.
  func ring() {
    _ = try? FileDescriptor.open(path, .writeOnly, [.create, .noFollow, .nonBlocking], mode: 0o600)
  }
}
