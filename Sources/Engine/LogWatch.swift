import PosixIO
package import Storage

/// Hears that something may have been written to a store's log.
///
/// What it hears may come before the record can be seen (design.md §4, "Wake-up"), so whoever hears
/// looks a few times.
package final class LogWatch {
  private let inotify: Inotify
  private let place: MeetingPlace

  /// Listens from now on; `nil` where that is not possible.
  package init?(_ place: MeetingPlace) {
    guard let inotify = try? Inotify() else { return nil }
    self.inotify = inotify
    self.place = place
    guard listen() else { return nil }
  }

  /// Can be read while something was heard.
  package var descriptor: Int32 { inotify.rawValue }

  /// Takes in what was heard, and listens to files that were made meanwhile.
  package func renew() {
    _ = try? inotify.events()
    _ = listen()
  }

  private func listen() -> Bool {
    var hears = false
    for path in place.log {
      if (try? inotify.watch(path, [.modify, .create, .movedTo])) != nil { hears = true }
    }
    return hears
  }
}
