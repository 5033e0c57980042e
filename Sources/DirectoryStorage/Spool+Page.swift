import Jobs
import PosixIO
import Storage

extension Spool {
  /// At most so many files are read for one page.
  private static let mostRead = 2000

  /// One page of a listing.
  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    let size = min(max(request.size, 1), Self.mostRead)
    var listing = try begin(request, size)
    var jobs: [Job] = []
    var read = 0
    memory.page.removeAll(keepingCapacity: true)
    while jobs.count < size, read < Self.mostRead {
      if listing.places.isEmpty {
        guard !listing.isWhole else { break }
        listing = try self.listing(
          request.filter, request.order, after: listing.cursor, limit: Self.longListing,
          at: request.now)
        continue
      }
      let count = min(size - jobs.count, Self.mostRead - read)
      let chunk = Array(listing.places.prefix(count))
      listing.places = listing.places.dropFirst(count)
      listing.cursor = chunk.last.map(ListingOrder(order: request.order).cursor)
      for place in chunk { memory.page[place.name.id] = place }
      jobs += try self.jobs(at: chunk, request.filter, request.order, at: request.now)
      read += chunk.count
    }
    let isOver = listing.places.isEmpty && listing.isWhole
    memory.listing = isOver ? nil : listing
    return JobPage(jobs: jobs, next: isOver ? nil : listing.cursor)
  }

  /// The rest of the listing that the request goes on with, or a new one.
  private func begin(
    _ request: JobPageRequest, _ size: Int
  ) throws(StorageError) -> Listing {
    let known = memory.listing
    memory.listing = nil
    if let known, request.after != nil, known.cursor == request.after,
      known.filter == request.filter, known.order == request.order, known.now == request.now,
      SystemClock.monotonicNanoseconds() < known.deadline
    {
      return known
    }
    // Who asks for a second page will ask for more.
    let limit = request.after == nil ? max(1000, 2 * size) : Self.longListing
    return try listing(
      request.filter, request.order, after: request.after, limit: limit, at: request.now)
  }

  /// The jobs at some places that a filter selects, in the order of the places.
  private func jobs(
    at places: [JobPlace], _ filter: JobFilter, _ order: JobOrder, at now: Instant
  ) throws(StorageError) -> [Job] {
    var found: [JobID: Job] = [:]
    var moved = Set<JobID>()
    for place in places {
      if let job = try job(at: place, filter, at: now) {
        found[place.name.id] = job.isSelected ? job.job : nil
      } else if try !isStill(at: place) {
        moved.insert(place.name.id)
      }
    }
    // Whatever moves away from where it ended is not where it was in that order either.
    if !moved.isEmpty, order != .latestFinishedFirst {
      for (id, place) in try locate(moved) {
        if let job = try job(at: place, filter, at: now), job.isSelected { found[id] = job.job }
      }
    }
    return places.compactMap { found[$0.name.id] }
  }

  /// A job, and whether a filter selects it; `nil` where it can't be read.
  func job(
    at place: JobPlace, _ filter: JobFilter, at now: Instant
  ) throws(StorageError) -> (job: Job, isSelected: Bool)? {
    guard filter.needsDetail else {
      return try read(place).map { ($0.job, filter.matches($0.job, at: now)) }
    }
    guard let (stored, payload) = try readWithPayload(place) else { return nil }
    let isSelected =
      filter.matches(stored.job, at: now)
      && filter.matchesDetail(tags: stored.tags, payload: payload)
    return (stored.job, isSelected)
  }

  /// A job with all its parts.
  func detail(_ id: JobID) throws(StorageError) -> JobDetail? {
    for _ in 0..<Self.mostRounds {
      guard let place = try locate(id) else { return nil }
      if let detail = try readDetail(place) { return detail }
      guard try !isStill(at: place) else { return nil }
    }
    return nil
  }

  /// Some jobs with all their parts, in the order of the ids.
  func details(_ ids: [JobID]) throws(StorageError) -> [JobDetail] {
    var found: [JobID: JobDetail] = [:]
    // Whoever asks for the jobs of a page asks where the page has just seen them.
    for id in ids {
      if let place = memory.page[id] { found[id] = try readDetail(place) }
    }
    let others = Set(ids.filter { found[$0] == nil })
    for (id, place) in others.isEmpty ? [:] : try locate(others) {
      if let detail = try readDetail(place) {
        found[id] = detail
      } else if try !isStill(at: place) {
        found[id] = try detail(id)
      }
    }
    return ids.compactMap { found[$0] }
  }

  private static let mostRounds = 10
}
