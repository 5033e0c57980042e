/// How urgent a job is: 0 is the most urgent, 9 the least, 5 the default.
package struct Priority: Hashable, Comparable, Sendable {
  /// 0 to 9.
  package let level: Int64

  /// The priority of a job that was given none.
  package static let `default` = Priority(trusted: 5)
  /// The levels that exist.
  package static let levels: ClosedRange<Int64> = 0...9

  /// The levels as people write them.
  package static var words: [String] { levels.map { String($0) } }

  private init(trusted level: Int64) {
    self.level = level
  }

  /// Checks a level at the door.
  ///
  /// - Throws: `InvalidValue` outside 0 to 9.
  package init(_ level: Int64) throws(InvalidValue) {
    guard Self.levels.contains(level) else {
      throw InvalidValue(.priority, "must be 0 (most urgent) to 9")
    }
    self.level = level
  }

  package static func < (left: Priority, right: Priority) -> Bool {
    left.level < right.level
  }

  /// The place in the queue's order: due time, moved back by a quantum for each level.
  ///
  /// Strict priority is a quantum larger than any time difference; a small one lets old jobs of
  /// low priority overtake (design.md §4).
  package func order(runAt: Instant, quantum: TimeSpan = Self.strictQuantum) -> Int64 {
    runAt.milliseconds.addingSaturated(level.multipliedSaturated(quantum.milliseconds))
  }

  /// 2^58 milliseconds: nine of them and any real time still fit in 64 bits.
  package static let strictQuantum = TimeSpan(milliseconds: 1 << 58)
}
