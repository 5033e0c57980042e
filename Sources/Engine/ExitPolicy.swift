/// What a handler's exit status means (conventions.md §8).
///
/// 0 is done. A few statuses of sysexits.h and of qmail-command(8) say that trying again is
/// useless; every other status is tried again, as queues with a limit of failures can afford.
package struct ExitPolicy: Hashable, Sendable {
  /// What follows from a status.
  package enum Class: Hashable, Sendable {
    /// Success.
    case done
    /// Failed; another attempt may succeed.
    case retry
    /// Failed for good.
    case permanent
  }

  /// The statuses that mean "for good" unless told otherwise.
  package static let permanentStatuses: [Int32] = [64, 65, 76, 77, 78, 100, 112]

  private var permanent: Set<Int32>

  /// The usual meaning, with some statuses added and some taken out; `retry` wins.
  package init(permanent: [Int32] = [], retry: [Int32] = []) {
    self.permanent = Set(Self.permanentStatuses).union(permanent).subtracting(retry)
  }

  /// Judges a status.
  package func judge(_ status: Int32) -> Class {
    guard status != 0 else { return .done }
    return permanent.contains(status) ? .permanent : .retry
  }

  /// 126 and 127 are what a shell says when it could not start a command.
  static func hintsAtMissingCommand(_ status: Int32) -> Bool { status == 126 || status == 127 }
}
