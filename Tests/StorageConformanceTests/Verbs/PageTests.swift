import Jobs
import Storage
import Testing

@Suite struct PageTests {
  private static let orders: [JobOrder] = [.newestFirst, .oldestFirst, .latestFinishedFirst]

  private func mixed(_ adapter: Adapter) throws -> Workshop {
    let shop = try Workshop(adapter)
    let states: [JobState] = [
      .dead, .completed, .scheduled, .cancelled, .dead, .retrying, .completed, .dead,
    ]
    for (index, state) in states.enumerated() {
      _ = try shop.job(state)
      if index % 3 == 0 { shop.wait(.seconds(1)) }
    }
    _ = try shop.job(.active)
    for _ in 0..<4 { try shop.add() }
    return shop
  }

  @Test("Pages of any size join to the same listing", arguments: Adapters.all, orders)
  func pages(_ adapter: Adapter, _ order: JobOrder) throws {
    let shop = try mixed(adapter)
    let whole = try shop.listing(JobFilter(), order, size: 1000)
    #expect(whole.count == (order == .latestFinishedFirst ? 6 : 13))
    for size in [1, 2, 3, 5, 13] {
      #expect(try shop.listing(JobFilter(), order, size: size) == whole)
    }
  }

  @Test("The jobs of a page are the same whole as one by one", arguments: Adapters.all, orders)
  func wholeJobs(_ adapter: Adapter, _ order: JobOrder) throws {
    let shop = try mixed(adapter)
    let ids = try shop.listing(JobFilter(), order, size: 3).map(\.id)
    let gone = try #require(ids.first)
    let moved = try #require(ids.last)
    let one = try ids.compactMap { try shop.store.job($0) }
    #expect(try shop.store.jobs(ids) == one)
    _ = try shop.operate(.replay(at: nil), on: [moved])
    _ = try shop.operate(.purge, on: [gone])
    let left = try ids.reversed().compactMap { try shop.store.job($0) }
    #expect(left.count == ids.count - 1)
    #expect(try shop.store.jobs(ids.reversed()) == left)
    #expect(try shop.store.jobs([]) == [])
  }

  @Test("Listings have the order that was asked for", arguments: Adapters.all)
  func order(_ adapter: Adapter) throws {
    let shop = try mixed(adapter)
    let oldest = try shop.listing(JobFilter(), .oldestFirst)
    #expect(oldest.map(\.id) == oldest.map(\.id).sorted())
    #expect(try shop.listing(JobFilter(), .newestFirst) == oldest.reversed())
    let finished = oldest.filter { $0.finishedAt != nil }.sorted { left, right in
      (left.finishedAt ?? shop.now, left.id) > (right.finishedAt ?? shop.now, right.id)
    }
    #expect(try shop.listing(JobFilter(), .latestFinishedFirst) == finished)
  }

  @Test(
    "A page is never larger than asked, and says where the next begins", arguments: Adapters.all)
  func size(_ adapter: Adapter) throws {
    let shop = try mixed(adapter)
    let page = try shop.store.page(JobPageRequest(JobFilter(), size: 4, now: shop.now))
    #expect(page.jobs.count == 4)
    #expect(page.next == page.jobs.last.map { JobCursor(after: $0) })
  }

  @Test("Jobs that come or go between pages move no others", arguments: Adapters.all)
  func stable(_ adapter: Adapter) throws {
    let shop = try mixed(adapter)
    let whole = try shop.listing(JobFilter(), .newestFirst).map(\.id)
    var request = JobPageRequest(JobFilter(), size: 5, now: shop.now)
    let first = try shop.store.page(request)
    try shop.add()
    _ = try shop.operate(.purge, on: [whole[4]])
    request.after = first.next
    request.size = 100
    #expect(try shop.store.page(request).jobs.map(\.id) == Array(whole.dropFirst(5)))
  }

  @Test("The caller counts the limit, not the store", arguments: Adapters.all)
  func limit(_ adapter: Adapter) throws {
    let shop = try mixed(adapter)
    var filter = JobFilter()
    filter.limit = 2
    #expect(try shop.listing(filter, .oldestFirst, size: 3).count == 13)
  }

  @Test("A stored state is told as it is", arguments: Adapters.all)
  func storedState(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.job(.scheduled)
    shop.wait(.hours(2))
    let job = try #require(try shop.listing().first)
    #expect(job.state == .scheduled && job.effectiveState(at: shop.now) == .ready)
  }
}
