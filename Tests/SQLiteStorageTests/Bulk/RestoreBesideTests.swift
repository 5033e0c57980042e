import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// Parts of another store that are taken in while a bulk is staged, or not promoted yet.
@Suite struct RestoreBesideTests {
  private let shop: BulkRig

  init() throws { shop = try BulkRig() }

  private func detail(_ id: Int64, payload: String = "other") throws -> ArchivePart {
    let id = try #require(JobID(rawValue: id))
    let request = NewJob(payload: Array(payload.utf8))
    return .job(
      JobDetail(job: Job(id: id, accepting: request, now: shop.now), payload: request.payload))
  }

  @Test func aJobThatNobodySeesYetIsLeftAlone() throws {
    var outcomes: [RestoreOutcome] = []
    try shop.watched(9) { index in
      guard index == 6 else { return }
      let staged = try shop.rig.application().number("SELECT max(id) FROM qctl_jobs")
      let parts = [try detail(staged), try detail(staged + 1), try detail(staged + 5)]
      outcomes = try shop.other.restore(parts, at: shop.now)
    }
    #expect(outcomes == [.differs, .restored, .restored])
    #expect(try shop.counts() == [.ready: 11])
    #expect(try shop.listing().count == 11)
    var claimed = 0
    while let job = try shop.claim().first {
      claimed += 1
      let settlement = Settlement(job.lease, .complete(result: nil))
      _ = try shop.other.settle([settlement], thenClaim: nil, at: shop.now)
    }
    #expect(claimed == 11)
    #expect(try shop.leftovers() == [0, 0, 0])
    #expect(try shop.problems().isEmpty)
  }

  @Test func aJobThatIsNotPromotedYetIsTheSame() throws {
    try shop.bulk(5)
    let jobs = try shop.listing()
    let parts = try jobs.map { ArchivePart.job(try #require(try shop.other.job($0.id))) }
    #expect(try shop.other.restore(parts, at: shop.now) == parts.map { _ in .alreadyThere })
    #expect(try shop.counts() == [.ready: 5])
    #expect(try shop.problems().isEmpty)
  }
}
