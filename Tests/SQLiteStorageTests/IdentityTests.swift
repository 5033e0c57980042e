import Jobs
import PosixIO
import SQLiteStorage
import Storage
import TestSupport
import Testing

/// Ids of a store only rise, whatever was removed, whoever made them, whatever the clock says.
@Suite struct IdentityTests {
  @Test func idsRisePastThePurgeOfTheNewestJob() throws {
    let rig = try StoreRig()
    let first = try rig.add()
    #expect(try rig.purge(first) == [.done])
    rig.now = rig.now + .hours(-1)
    #expect(try rig.add() > first)
  }

  @Test func idsRisePastThePurgeOfTheNewestJobAndReopening() throws {
    let rig = try StoreRig()
    let first = try rig.add()
    #expect(try rig.purge(first) == [.done])
    rig.store.close()
    let store = try StoreRig.open(rig.path, for: .write)
    defer { store.close() }
    let past = rig.now + .hours(-1)
    #expect(try store.enqueue(NewJob(), at: past).id > first)
  }

  @Test func twoStoresOnOneFileNeverGiveTheSameID() throws {
    let rig = try StoreRig()
    let other = try StoreRig.open(rig.path, for: .write)
    defer { other.close() }
    var latest = try rig.add()
    var generator = SeededGenerator()
    for _ in 0..<300 {
      let now = rig.now + .seconds(Int64.random(in: -5...5, using: &generator))
      let store = Bool.random(using: &generator) ? other : rig.store
      let id = try store.enqueue(NewJob(), at: now).id
      #expect(id > latest, "\(generator.note)")
      if Bool.random(using: &generator) { #expect(try rig.purge(id) == [.done]) }
      latest = id
    }
  }

  @Test func twoProcessesNeverGiveTheSameID() throws {
    let rig = try StoreRig()
    let script = #"for i in 1 2; do "$0" enqueue 300 "$1" & a="$a $!"; done; wait"#
    let result = try ProcessRunner.run(
      "sh", ["-c", script, try HelperProcess.bench(), rig.path])
    #expect(result.errors.isEmpty)
    #expect(try rig.counts() == [.ready: 600])
  }

  @Test func idsOfTheViewRiseToo() throws {
    let rig = try StoreRig()
    let application = try rig.application()
    rig.now = rig.now + .hours(1)  // the engine's clock is ahead of the application's
    var latest = try rig.add().rawValue
    for _ in 0..<20 {
      let id = try application.enqueue()
      #expect(id > latest)
      let purged = try #require(JobID(rawValue: id))
      #expect(try rig.purge(purged) == [.done])
      latest = try application.enqueue()
      #expect(latest > id)
    }
  }
}
