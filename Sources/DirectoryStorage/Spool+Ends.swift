import Jobs
import Storage

// The ends of jobs of which those that wait have not heard: left by whoever died, or by an older qctl.

extension Spool {
  /// Goes on with the ends of which not all have heard, unless it is known that there are none.
  func lookForEnds(at now: Instant) throws(StorageError) {
    guard !dependants.notesAreHeard else { return }
    if let watch {
      // Who takes jobs makes the folder that it listens to, else each claim would look for it in vain.
      try? ensureFolder(DependantEntry.ends)
      dependants.notesAreHeard = watch.listen(to: DependantEntry.ends)
    }
    var left = ParentStep.largest
    for name in try names(in: DependantEntry.ends).sorted() where left > 0 {
      guard let (parent, isRemoval) = DependantEntry.parent(ofNote: name) else { continue }
      if let last = dependants.passed[name], now >= last, now < last + Self.noteRest { continue }
      let stand = try stands(of: [parent])[parent] ?? .live
      // Only a note of the removal says that what is not found is not just moving.
      guard stand != .live, stand != .removed || isRemoval else {
        dependants.passed[name] = now
        continue
      }
      dependants.notesAreHeard = false
      if try !tellDependants(of: parent, stand, at: now, &left), left > 0 {
        dependants.passed[name] = now
      }
    }
    if left <= 0 { dependants.notesAreHeard = false }
    if dependants.passed.count > 1000 { dependants.passed.removeAll() }
    try tellDependants(at: now)
  }

  /// So long a note that led nowhere is left alone.
  private static let noteRest = TimeSpan.seconds(60)

  /// Looks, now and then, through all folders of those who wait, for what neither side told.
  func sweepDependants(at now: Instant) throws(StorageError) {
    if let last = dependants.swept, now >= last, now < last + Self.sweepPause { return }
    dependants.swept = now
    let parents = try names(in: DependantEntry.root).sorted().compactMap { try? JobID($0) }
    guard !parents.isEmpty else { return }
    let stands = try stands(of: parents)
    var left = ParentStep.largest
    for parent in parents where left > 0 {
      guard let stand = stands[parent], stand != .live else { continue }
      if stand == .removed {
        try forgetEntries(for: parent, at: now)
      } else {
        try tellDependants(of: parent, stand, at: now, &left)
      }
    }
    if left <= 0 { dependants.swept = nil }
    try tellDependants(at: now)
  }

  /// Removes the entries of a bulk that was never accepted.
  ///
  /// Neither those that wait ever came to be nor the one that they wait for. Where one of them is there,
  /// `doctor` tells.
  private func forgetEntries(for parent: JobID, at now: Instant) throws(StorageError) {
    let folder = DependantEntry.folder(of: parent)
    let entries = try names(in: folder).compactMap { DependantEntry($0) }
    let places = try locate(Set(entries.map(\.child)))
    for entry in entries where places[entry.child] == nil {
      _ = try isForgotten(entry, parent, at: now)
    }
    removeIfEmpty(folder)
  }

  private static let sweepPause = TimeSpan.minutes(10)
}
