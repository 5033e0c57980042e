import PosixIO
package import Storage

/// Waits for a store's bell, which every process of ours rings that makes something possible.
package final class BellWait {
  private let inotify: Inotify

  /// Listens from now on; `nil` where there is no bell to hear.
  package init?(_ place: MeetingPlace) {
    do throws(SystemError) {
      inotify = try Inotify()
      _ = try inotify.watch(place.bell, .closeWrite)
    } catch { return nil }
  }

  /// Returns once it has rung, or after so many milliseconds.
  package func wait(milliseconds: Int) {
    _ = try? Poll.wait(for: .read, on: inotify.rawValue, milliseconds: milliseconds)
    _ = try? inotify.events()
  }
}
