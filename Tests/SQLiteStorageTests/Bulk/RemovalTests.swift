import Jobs
import PosixIO
import Storage
import Testing

@testable import SQLiteStorage

/// Removing what a bulk has staged removes neither too much nor too much at once.
@Suite struct RemovalTests {
  /// Whoever collects looks first and locks later; the bulk may be published in between, and its
  /// owner be gone.
  @Test func aBulkThatWasPublishedMeanwhileIsNotForgotten() throws {
    let shop = try BulkRig()
    try shop.bulk(10)
    let bulk = try shop.rig.application().number("SELECT bulk FROM qctl_bulks")
    try shop.other.removeAll(of: bulk)
    #expect(try shop.listing().count == 10)
    #expect(try shop.problems().isEmpty)
    #expect(try shop.claim(10).count == 4)
  }

  /// What cannot be claimed is no reason to look again and again while somebody stages a bulk.
  @Test func aClaimThatFindsNothingToTakeLooksOnce() throws {
    let rig = try StoreRig()
    try rig.add()
    try rig.application().run("UPDATE qctl_jobs SET type = 'no type'")
    var bulk = StagedBulk(rig.store, at: rig.now)
    try bulk.add([NewJob(queue: try QueueName("other"))])
    var commits = 0
    let file = try HookedFile.database(of: rig.store)
    file.onLock = { if $0 == .writeReleased { commits += 1 } }
    #expect(try rig.claim().isEmpty)
    #expect(commits == 1)
    bulk.abandon()
  }

  /// The pages of a large payload are freed one by one.
  @Test func aStepOfRemovalEndsWhenItsTimeIsOver() throws {
    var staging = BulkStaging.always(rows: 30)
    staging.held = 0
    let rig = try StoreRig(staging: staging)
    var bulk = StagedBulk(rig.store, at: rig.now)
    try bulk.add((0..<30).map { _ in NewJob() })
    let database = try rig.application()
    var commits = 0
    let file = try HookedFile.database(of: rig.store)
    file.onLock = { if $0 == .writeReleased { commits += 1 } }
    bulk.abandon()
    #expect(try database.number("SELECT count(*) FROM qctl_jobs") == 0)
    #expect(try database.number("SELECT count(*) FROM qctl_bulks") == 0)
    #expect(commits >= 4)
  }
}
