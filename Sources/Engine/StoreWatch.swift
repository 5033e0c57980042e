import Jobs
import PosixIO
import Storage

/// Hears what other processes of this host do to the store (design.md §4, "Wake-up").
///
/// Three sources, each with its own inotify(7) instance so that it can be silenced by itself:
///
/// - the bell: somebody of ours has committed something new, so one look is enough;
/// - the store's files: some program is writing, and what it writes may become visible only later (an
///   event on the log came before visibility in 500 of 500 trials), so a short series of looks
///   follows;
/// - the folder of the workers' files: one was closed, so perhaps its worker died; the kernel tells
///   before it gives the lock back, so here too a series follows.
///
/// A worker that would take nothing does not listen: what happens meanwhile waits in the kernel,
/// where equal events are one.
final class StoreWatch {
  /// A source.
  enum Source: CaseIterable {
    case bell, files, workers

    var token: LoopToken {
      switch self {
      case .bell: .bell
      case .files: .files
      case .workers: .workers
      }
    }
  }

  private let place: MeetingPlace
  private let bell: Inotify
  private let files: Inotify
  private let workers: Inotify
  private var heard: Set<Source> = []

  init(_ place: MeetingPlace) throws(SystemError) {
    self.place = place
    bell = try Inotify()
    files = try Inotify()
    workers = try Inotify()
  }

  /// Watches what is there; to be called again now and then, since files may be made anew.
  func renew() {
    // The bell is made if it is missing, as whoever rings it would.
    if !FileSystem.exists(place.bell) {
      _ = try? FileDescriptor.open(
        place.bell, .writeOnly, [.create, .noFollow, .nonBlocking], mode: 0o600)
    }
    _ = try? bell.watch(place.bell, .closeWrite)
    for path in place.touched { _ = try? files.watch(path, .modify) }
    _ = try? workers.watch(place.workers, [.closeWrite, .movedTo])
  }

  /// Has the loop told of exactly these sources.
  func listen(to wanted: Set<Source>, _ epoll: borrowing Epoll) {
    for source in Source.allCases where wanted.contains(source) != heard.contains(source) {
      if wanted.contains(source) {
        guard (try? epoll.add(number(source), .read, token: source.token.rawValue)) != nil else {
          continue
        }
        heard.insert(source)
      } else {
        try? epoll.remove(number(source))
        heard.remove(source)
      }
    }
  }

  /// Takes in what a source has told.
  func drain(_ source: Source) {
    // A queue that can't be read stays readable; then the loop would spin, so it is not heard again.
    switch source {
    case .bell: _ = try? bell.events()
    case .files: _ = try? files.events()
    case .workers: _ = try? workers.events()
    }
  }

  private func number(_ source: Source) -> Int32 {
    switch source {
    case .bell: bell.rawValue
    case .files: files.rawValue
    case .workers: workers.rawValue
    }
  }
}

/// A few looks after a hint, close together at first: 0.3 to 30 ms.
struct LookSeries {
  private var rest: ArraySlice<Int64> = []
  /// When the next look is due; `nil` if none is.
  private(set) var next: Tick?

  private static let pauses: [Int64] = [300_000, 700_000, 2_000_000, 7_000_000, 20_000_000]

  /// Begins anew, unless a series is under way.
  mutating func begin(at now: Tick) {
    guard next == nil else { return }
    rest = Self.pauses[...]
    advance(from: now)
  }

  /// Whether a look is due; the next one is then set.
  mutating func takeDue(_ now: Tick) -> Bool {
    guard let due = next, due <= now else { return false }
    advance(from: now)
    return true
  }

  /// What was hinted at has been found.
  mutating func end() {
    next = nil
  }

  private mutating func advance(from now: Tick) {
    next = rest.popFirst().map { Tick(nanoseconds: now.nanoseconds &+ $0) }
  }
}
