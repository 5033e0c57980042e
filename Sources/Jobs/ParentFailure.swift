/// What becomes of a job when one that it waits for is dead or cancelled (design.md §7).
package enum ParentFailure: String, Hashable, Sendable, CaseIterable {
  /// It goes on waiting, since an operator may replay the other.
  case hold
  /// It is cancelled too.
  case cancel
  /// It runs all the same.
  case run
}
