/// Why a local time names no instant.
package enum LocalTimeError: Error, Equatable, Sendable {
  /// Clocks were put forward past it.
  case inGap
  /// It is too far away to be counted in milliseconds.
  case outOfRange
}

extension TimeZoneRules {
  /// The instant, in milliseconds since 1970, at which this zone's clocks show `time`.
  ///
  /// Where they do so twice the earlier counts; where they never do it is an error
  /// (conventions §10).
  package func milliseconds(of time: CivilDateTime) throws(LocalTimeError) -> Int64 {
    guard let local = time.milliseconds, Self.reach ~= local else { throw .outOfRange }
    let candidates = possibleOffsets(around: local).map { local - Int64($0) * 1_000 }
    let matches = candidates.filter { instant in
      instant + Int64(offset(at: instant).seconds) * 1_000 == local
    }
    guard let earliest = matches.min() else { throw .inGap }
    return earliest
  }

  /// The first instant of a day in this zone: midnight, or where clocks are put forward past
  /// midnight, when that happens.
  package func startOfDay(_ date: CivilDate) throws(LocalTimeError) -> Int64 {
    guard let midnight = CivilDateTime(date) else { throw .outOfRange }
    do throws(LocalTimeError) {
      return try milliseconds(of: midnight)
    } catch {
      guard error == .inGap, let local = midnight.milliseconds else { throw error }
      return try endOfGap(around: local)
    }
  }

  /// What a clock in this zone shows at an instant.
  package func civil(at milliseconds: Int64) -> CivilDateTime {
    let shift = Int64(offset(at: milliseconds).seconds) * 1_000
    let (local, isOver) = milliseconds.addingReportingOverflow(shift)
    return CivilDateTime(milliseconds: isOver ? milliseconds : local)
  }

  /// A little less than all milliseconds, so that offsets can be added.
  private static let reach = (Int64.min + 1_000_000_000)...(Int64.max - 1_000_000_000)

  /// No zone is further from UTC than this many seconds (RFC 9636 §3.2).
  private static let widestOffset: Int64 = 93_600

  private func window(around local: Int64) -> ClosedRange<Int64> {
    let second = local.flooredQuotient(1_000)
    return (second - Self.widestOffset)...(second + Self.widestOffset)
  }

  private func possibleOffsets(around local: Int64) -> Set<Int> {
    let window = window(around: local)
    let instants = [window.lowerBound] + transitions(in: window)
    return Set(instants.map { offset(at: $0 * 1_000).seconds })
  }

  private func endOfGap(around local: Int64) throws(LocalTimeError) -> Int64 {
    let second = local.flooredQuotient(1_000)
    for transition in transitions(in: window(around: local)) {
      let before = offset(at: (transition - 1) * 1_000).seconds
      let after = offset(at: transition * 1_000).seconds
      let gap =
        (transition + Int64(before))..<max(transition + Int64(before), transition + Int64(after))
      if gap.contains(second) { return transition * 1_000 }
    }
    throw .inGap
  }
}
