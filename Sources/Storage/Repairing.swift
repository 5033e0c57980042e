package import Jobs

/// Mending what `findings` complains about (design.md §5; issue "doctor --repair").
package protocol StorageRepair: AnyObject, Sendable {
  /// Mends what is safe to mend, and puts what it can't make sense of out of the way, in the store's
  /// quarantine; never deletes anything that may be somebody's.
  ///
  /// Workers and producers go on meanwhile: the steps are short, and whoever dies between two of
  /// them leaves a store that another call goes on with. What is mended or put away is logged as
  /// `repaired`.
  ///
  /// - Returns: what was done and what could not be, in words; empty where all is well.
  /// - Throws: `busy` where another repair is under way.
  func repair(_ request: RepairRequest) throws(StorageError) -> [Repair]
}

/// A request to mend a store.
package struct RepairRequest: Equatable, Sendable {
  /// Who asks.
  package var actor: String
  /// Why, in the words of whoever asks.
  package var reason: String?
  /// Only say what would be done.
  package var isDryRun: Bool
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    actor: String, reason: String? = nil, isDryRun: Bool = false, now: Instant
  ) {
    self.actor = actor
    self.reason = reason
    self.isDryRun = isDryRun
    self.now = now
  }
}

/// One thing that was mended, put away or left.
package struct Repair: Equatable, Sendable {
  /// What became of it; the raw values are words of the output.
  package enum Deed: String, Sendable, CaseIterable {
    /// It is as it should be now.
    case mended
    /// It was moved to the quarantine, where it stays.
    case quarantined
    /// Nothing safe could be done.
    case left
  }

  /// What became of it.
  package let deed: Deed
  /// Which check, as in `Finding`.
  package let check: String
  /// What was wrong, and what was done about it, in a sentence.
  package let message: String
  /// What to do now, where something should be done.
  package let remedy: String?

  /// A repair with its parts.
  package init(_ deed: Deed, _ check: String, _ message: String, remedy: String? = nil) {
    self.deed = deed
    self.check = check
    self.message = message
    self.remedy = remedy
  }
}
