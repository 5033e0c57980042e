import Jobs
import PosixIO

/// A line that a supervisor looks after, with its process while there is one.
struct Ward {
  let line: SupervisedLine
  private(set) var child: ChildProcess?
  /// How it last ended.
  private(set) var last: ExitOutcome?
  private var exit: Watched?
  private var startAt: Tick?
  private var started: Tick
  private var failures: Int64 = 0

  /// Holds a descriptor, so that a ward stays a plain value.
  private final class Watched {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  }

  private static let shortestPause = TimeSpan(milliseconds: 100)
  private static let longestPause = TimeSpan.seconds(30)
  /// Who has lived so long begins anew with the shortest pause.
  private static let soundLife = TimeSpan.seconds(60)
  /// How often a process is looked at that has no exit descriptor.
  private static let look = TimeSpan(milliseconds: 50)

  init(_ line: SupervisedLine, startAt: Tick) {
    self.line = line
    self.startAt = startAt
    started = startAt
  }

  /// Whether it has ended for good.
  var isOver: Bool { child == nil && startAt == nil }

  func isDue(_ now: Tick) -> Bool { child == nil && startAt.map { $0 <= now } ?? false }

  /// When something must be done about it without being told.
  func nextTime(from now: Tick) -> Tick {
    if child != nil { return exit == nil ? now + Self.look : Tick(nanoseconds: .max) }
    return startAt ?? Tick(nanoseconds: .max)
  }

  mutating func began(_ child: ChildProcess, _ exit: consuming FileDescriptor?, at now: Tick) {
    self.child = child
    if let exit { self.exit = Watched(exit) } else { self.exit = nil }
    (started, startAt) = (now, nil)
  }

  mutating func ended(_ outcome: ExitOutcome) {
    (child, exit, last) = (nil, nil, outcome)
  }

  /// It is started again after a pause, which is returned.
  mutating func failed(at now: Tick) -> TimeSpan {
    if now >= started + Self.soundLife { failures = 0 }
    let pause = min(
      Self.longestPause,
      TimeSpan(milliseconds: Self.shortestPause.milliseconds << min(failures, 10)))
    failures += 1
    startAt = now + pause
    return pause
  }

  /// It is not started any more.
  mutating func giveUp() { startAt = nil }
}
