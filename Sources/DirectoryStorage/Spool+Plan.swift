import Jobs
import Storage

extension Spool {
  /// Freezes a selection: newest first, but what is replayed goes back in the order it came.
  func plan(_ request: PlanRequest) throws(StorageError) -> Plan {
    let order = request.verb.order
    var maker = PlanMaker(request)
    var listing = try listing(
      request.filter, order, after: nil, limit: Self.longListing, at: request.now)
    while try maker.take(listing.places, self), !listing.isWhole {
      let last = listing.places.last.map(ListingOrder(order: order).cursor)
      listing = try self.listing(
        request.filter, order, after: last, limit: Self.longListing, at: request.now)
    }
    var plan = maker.plan
    plan.missing = try missing(among: request.filter.ids)
    return plan
  }

  private func missing(among ids: [JobID]) throws(StorageError) -> [JobID] {
    guard !ids.isEmpty else { return [] }
    let found = try locate(Set(ids))
    var seen = Set<JobID>()
    return ids.filter { found[$0] == nil && seen.insert($0).inserted }
  }
}

/// Puts a plan together, job by job.
private struct PlanMaker {
  private let request: PlanRequest
  private let names: NameFilter
  private let limit: Int
  private let isNamed: Bool
  private(set) var plan = Plan()

  init(_ request: PlanRequest) {
    self.request = request
    names = NameFilter(request.filter, at: request.now)
    limit = max(request.filter.limit ?? .max, 0)
    isNamed = !request.filter.ids.isEmpty
  }

  /// Takes in jobs that may be selected; false where the plan has as many as it may.
  mutating func take(
    _ places: ArraySlice<JobPlace>, _ spool: Spool
  ) throws(StorageError) -> Bool {
    for place in places {
      guard try take(place, spool) else { return false }
    }
    return true
  }

  /// Takes in a job that may be selected; false where the plan has as many as it may.
  private mutating func take(_ place: JobPlace, _ spool: Spool) throws(StorageError) -> Bool {
    var job: Job?
    if !names.isDecisive {
      guard let found = try spool.job(at: place, request.filter, at: request.now), found.isSelected
      else { return true }
      job = found.job
    }
    let shown = place.effectiveState(at: request.now)
    guard request.verb.applies(to: shown) else {
      if isNamed { plan.unfit.append(PlanItem(id: place.name.id, state: shown)) }
      return true
    }
    guard plan.items.count < limit else { return false }
    if plan.sample.count < request.sampleSize, job == nil {
      job = try spool.job(at: place, request.filter, at: request.now)?.job
      guard job != nil else { return true }
    }
    plan.items.append(PlanItem(id: place.name.id, state: place.state, attempt: place.name.attempt))
    plan.queues[place.queue, default: 0] += 1
    if plan.sample.count < request.sampleSize, let job { plan.sample.append(job) }
    return true
  }
}
