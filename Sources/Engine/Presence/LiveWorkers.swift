package import Jobs
import PosixIO
package import Storage

/// The workers of this host that show life beside a store.
package enum LiveWorkers {
  /// How many hold the lock on their file, which a living worker never lets go.
  ///
  /// One whose file cannot be looked at counts as living.
  package static func count(at place: MeetingPlace) -> Int {
    guard let entries = try? FileSystem.entries(of: place.workers) else { return 0 }
    return entries.filter { PresenceID($0.name) != nil }
      .count { isHeld(place.workers + "/" + $0.name) }
  }

  /// Whether one of them lives, as far as can be seen; the number is in the job that it runs.
  package static func isAlive(_ worker: PresenceID, at place: MeetingPlace) -> Bool {
    isHeld(place.workers + "/" + worker.description)
  }

  // Opened for reading only, since those who watch the folder are woken by the other kind.
  private static func isHeld(_ path: String) -> Bool {
    do throws(SystemError) {
      let lock = FileLock(try FileDescriptor.open(path, .readOnly, [.noFollow, .nonBlocking]))
      return try !lock.tryLock(.shared)
    } catch {
      return error.code != .noSuchFile
    }
  }
}
