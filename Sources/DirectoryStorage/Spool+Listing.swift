import Jobs
import PosixIO
import Storage

extension Spool {
  /// So many places are kept for the following pages.
  static let longListing = 50_000
  /// How long they may be used, in nanoseconds.
  private static let listingLife: Int64 = 2_000_000_000

  /// The first places that a filter may select, behind a cursor.
  ///
  /// Ended jobs lie in folders by the minute of their ids, so no more of those are read than are
  /// needed; all others are looked at by name.
  func listing(
    _ filter: JobFilter, _ order: JobOrder, after cursor: JobCursor?, limit: Int, at now: Instant
  ) throws(StorageError) -> Listing {
    let names = NameFilter(filter, at: now)
    var first = FirstPlaces(ListingOrder(order: order), after: cursor, limit: limit)
    if filter.ids.isEmpty {
      try gather(names, order, &first)
    } else {
      for place in try locate(Set(filter.ids)).values
      where names.accepts(place) && ListingOrder(order: order).includes(place.state) {
        first.add(place)
      }
    }
    first.cut()
    return Listing(
      filter: filter, order: order, now: now, cursor: cursor, places: first.places[...],
      isWhole: !first.isCut,
      deadline: SystemClock.monotonicNanoseconds() &+ Self.listingLife)
  }

  private func gather(
    _ names: NameFilter, _ order: JobOrder, _ first: inout FirstPlaces
  ) throws(StorageError) {
    let shelves = try shelves().filter { names.accepts($0.queue) }
    if order != .latestFinishedFirst {
      // The hands of workers twice: what they take or give back meanwhile is seen all the same.
      for state in [JobState.active, .scheduled, .retrying, .blocked, .ready, .active] {
        guard names.accepts(state) || state == .active else { continue }
        for shelf in shelves {
          for folder in try folders(of: state, in: shelf) { try take(folder, names, &first) }
        }
      }
    }
    var ended: [JobFolder] = []
    for state in [JobState.completed, .dead, .cancelled] where names.accepts(state) {
      for shelf in shelves { ended += try folders(of: state, in: shelf) }
    }
    try gather(ended, names, order, &first)
  }

  private func gather(
    _ ended: [JobFolder], _ names: NameFilter, _ order: JobOrder, _ first: inout FirstPlaces
  ) throws(StorageError) {
    let inOrder = ended.sorted { left, right in
      let (left, right) = (left.time?.milliseconds ?? 0, right.time?.milliseconds ?? 0)
      return order == .oldestFirst ? left < right : left > right
    }
    for folder in inOrder {
      guard let minute = folder.time, !first.isPast(minute: minute) else { continue }
      guard !first.isBeyond(minute: minute) else { return first.leaveOut() }
      try take(folder, names, &first)
    }
  }

  private func take(
    _ folder: JobFolder, _ names: NameFilter, _ first: inout FirstPlaces
  ) throws(StorageError) {
    for place in try jobs(in: folder) where names.accepts(place) { first.add(place) }
  }
}
