import Engine
import Storage

/// When to look at the log again.
///
/// Where a store can be heard, a hint is followed by some looks close together, since a record may be
/// seen only later than the hint, and else a look a second is enough. Where it can't, looks are short
/// after one another while something comes, longer while not.
struct LogPace {
  private let watch: LogWatch?
  /// Milliseconds between the looks that follow a hint.
  private var looks: ArraySlice<Int> = []
  private var blind = Self.shortest

  private static let afterHint = [2, 3, 5, 8, 12]
  private static let idle = 1000
  private static let shortest = 10
  private static let longest = 250

  init(_ place: MeetingPlace?) {
    watch = place.flatMap { LogWatch($0) }
  }

  /// Waits for the next look; false as soon as nobody reads standard output any more.
  mutating func wait(afterFinding found: Bool, _ process: ProcessAccess) -> Bool {
    guard let watch else { return process.wait(nextBlind(afterFinding: found)) }
    if found { looks = Self.afterHint[...] }
    if let pause = looks.popFirst() { return process.wait(pause) }
    switch process.listen(Self.idle, watch.descriptor) {
    case .unread: return false
    case .passed: break
    case .heard: looks = Self.afterHint[...]
    }
    watch.renew()
    return true
  }

  private mutating func nextBlind(afterFinding found: Bool) -> Int {
    blind = found ? Self.shortest : min(blind * 2, Self.longest)
    return blind
  }
}
