import Jobs
import Storage

/// A part of a listing, by places: what pages are made of.
struct Listing {
  /// What it lists; pages that ask for the same go on with it.
  let filter: JobFilter
  let order: JobOrder
  let now: Instant
  /// Behind which place it begins by now.
  var cursor: JobCursor?
  /// What comes next, in the order asked for.
  var places: ArraySlice<JobPlace>
  /// Whether nothing comes behind these.
  let isWhole: Bool
  /// Until when it may be used, by the monotonic clock, in nanoseconds.
  let deadline: Int64
}

/// An order of listing, as comparisons of places.
struct ListingOrder {
  let order: JobOrder

  /// The place of a job as a cursor.
  func cursor(_ place: JobPlace) -> JobCursor {
    JobCursor(id: place.name.id, finishedAt: place.state.isTerminal ? place.name.time : nil)
  }

  /// Whether jobs of a state are listed at all.
  func includes(_ state: JobState) -> Bool { order != .latestFinishedFirst || state.isTerminal }

  func isBefore(_ left: JobPlace, _ right: JobPlace) -> Bool {
    switch order {
    case .newestFirst: left.name.id > right.name.id
    case .oldestFirst: left.name.id < right.name.id
    case .latestFinishedFirst:
      (left.name.time, left.name.id) > (right.name.time, right.name.id)
    }
  }

  /// Whether a place lies behind a cursor.
  func isBehind(_ place: JobPlace, _ cursor: JobCursor?) -> Bool {
    guard let cursor else { return true }
    return switch order {
    case .newestFirst: place.name.id < cursor.id
    case .oldestFirst: place.name.id > cursor.id
    case .latestFinishedFirst:
      (place.name.time, place.name.id)
        < (cursor.finishedAt ?? Instant(milliseconds: .min), cursor.id)
    }
  }
}

/// The first so many places of a listing, gathered from places that come in any order.
struct FirstPlaces {
  private let order: ListingOrder
  private let cursor: JobCursor?
  private let limit: Int
  private(set) var places: [JobPlace] = []
  /// Whether some were left out.
  private(set) var isCut = false
  private var isSorted = true

  /// - Parameter limit: how many are wanted, from 1.
  init(_ order: ListingOrder, after cursor: JobCursor?, limit: Int) {
    self.order = order
    self.cursor = cursor
    self.limit = limit
  }

  mutating func add(_ place: JobPlace) {
    guard order.isBehind(place, cursor) else { return }
    places.append(place)
    isSorted = false
    if places.count >= 2 * limit + 64 { cut() }
  }

  /// Brings them in order, each job once, and no more than are wanted.
  mutating func cut() {
    guard !isSorted else { return }
    places.sort { order.isBefore($0, $1) }
    dropRepeated()
    if places.count > limit {
      places.removeSubrange(limit...)
      isCut = true
    }
    isSorted = true
  }

  /// A job that moved while folders were read was seen twice.
  private mutating func dropRepeated() {
    var kept: [JobPlace] = []
    kept.reserveCapacity(places.count)
    for place in places {
      guard let last = kept.last, last.name.id == place.name.id else {
        kept.append(place)
        continue
      }
      if place.isNewer(than: last) { kept[kept.count - 1] = place }
    }
    places = kept
  }

  /// Whether ids made in a minute that begins at `start` are all behind what is wanted anyway.
  mutating func isBeyond(minute start: Instant) -> Bool {
    cut()
    guard places.count >= limit, let last = places.last?.name.id.instant else { return false }
    return switch order.order {
    case .newestFirst: start + .minutes(1) <= last
    case .oldestFirst: start > last
    case .latestFinishedFirst: false
    }
  }

  /// Notes that something was not even looked at.
  mutating func leaveOut() { isCut = true }

  /// Whether ids made in a minute that begins at `start` were all listed already.
  func isPast(minute start: Instant) -> Bool {
    guard let at = cursor?.id.instant else { return false }
    return switch order.order {
    case .newestFirst: start > at
    case .oldestFirst: start + .minutes(1) <= at
    case .latestFinishedFirst: false
    }
  }
}
