package import Jobs
import PosixIO
package import Storage

/// The workers of this host as their files beside a store tell of them at one moment.
///
/// Reads only. A worker whose file can't be read counts as living, of unknown queues: what can't be
/// seen is no reason to alarm.
package struct WorkerCensus: Sendable {
  /// How a worker is.
  package enum Standing: Equatable, Sendable {
    /// It holds its file, and its heart beats.
    case alive
    /// It holds its file, and was silent for longer than it allowed itself.
    case silent
    /// It is gone without a farewell, and nobody has freed its jobs yet.
    case dead
  }

  /// One worker.
  package struct Member: Equatable, Sendable {
    /// Its name; empty where it can't be read.
    package var name: String
    /// The queues that it works on; empty where that is not known.
    package var queues: [QueueName]
    /// How many handlers run for it.
    package var busy: Int
    /// How it is.
    package var standing: Standing

    /// A worker with its parts.
    package init(name: String, queues: [QueueName], busy: Int, standing: Standing) {
      self.name = name
      self.queues = queues
      self.busy = busy
      self.standing = standing
    }

    /// Whether it may work on one of these queues; on any, where there are none.
    package func works(onAnyOf wanted: [QueueName]) -> Bool {
      wanted.isEmpty || queues.isEmpty || queues.contains { wanted.contains($0) }
    }
  }

  /// All of them, by name.
  package let members: [Member]

  /// A census with these members, for tests.
  package init(_ members: [Member]) { self.members = members }

  /// Counts the workers that meet at a place; none where nobody was ever there.
  package init(at place: MeetingPlace) {
    let here = try? Rescuer.Here()
    let entries = (try? FileSystem.entries(of: place.workers)) ?? []
    members = entries.filter { PresenceID($0.name) != nil }
      .compactMap { Self.member(place.workers + "/" + $0.name, here) }
      .sorted { $0.name < $1.name }
  }

  /// Those that live.
  package var living: [Member] { members.filter { $0.standing == .alive } }

  /// Those that are silent or dead.
  package var lost: [Member] { members.filter { $0.standing != .alive } }

  /// How many live that work on a queue; one of unknown queues counts for each.
  package func count(of queue: QueueName) -> Int {
    living.count { $0.works(onAnyOf: [queue]) }
  }

  private static func member(_ path: String, _ here: Rescuer.Here?) -> Member? {
    do throws(SystemError) {
      let file = try FileDescriptor.open(path, .readOnly, [.noFollow, .nonBlocking])
      guard try file.status().kind == .regular else { return nil }
      let number = file.rawValue
      // Shared, and given back with the file, as whoever looks for the lost does.
      let lock = FileLock(file)
      let isFree = try lock.tryLock(.shared)
      guard let suspect = Rescuer.content(of: BorrowedDescriptor(number), isLockFree: isFree)
      else { return isFree ? nil : unknown }
      return member(suspect, here)
    } catch {
      // No worker's file is a link; one that can't be read may be that of somebody else's worker.
      return [.noSuchFile, .tooManyLinks].contains(error.code) ? nil : unknown
    }
  }

  private static let unknown = Member(name: "", queues: [], busy: 0, standing: .alive)

  private static func member(_ suspect: Suspect, _ here: Rescuer.Here?) -> Member? {
    // A stand-in is nobody; a worker that ended well has taken its file along.
    guard suspect.header.kind == .worker, let here else { return nil }
    let standing: Standing =
      suspect.isDead(here) ? .dead : suspect.isLost(here) ? .silent : .alive
    return Member(
      name: suspect.header.name, queues: suspect.queues,
      busy: Set(suspect.slots.filter { $0.process != nil }.map(\.execution)).count,
      standing: standing)
  }
}
