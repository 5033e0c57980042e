import DirectoryStorage
import Jobs
import PosixIO
import Storage
import Testing

@Suite struct TidyWalkTests {
  @Test func `where nothing is over, no folder of ended jobs is read again`() throws {
    let rig = try LookingRig()
    for _ in 0..<5 {
      try rig.add()
      try rig.settle(try #require(try rig.claim().first), .complete(result: nil))
      rig.wait(.minutes(3))
    }
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)) == TidyResult())
    _ = rig.tree.takeLists()
    rig.wait(.minutes(50))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)) == TidyResult())
    #expect(rig.tree.takeLists().allSatisfy { !$0.contains("/completed") })
    rig.wait(.hours(7 * 24))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 5)
    #expect(try rig.names(in: "queues/emails/completed").isEmpty)
  }

  @Test func `what others set is heeded by the next look`() throws {
    let rig = try LookingRig()
    try rig.add()
    try rig.settle(try #require(try rig.claim().first), .complete(result: nil))
    rig.wait(.hours(2))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)) == TidyResult())
    let rule = Retention(completed: .span(.hours(1)))
    #expect(
      try rig.another().configure(
        ConfigureRequest(
          QueueName("emails"), [JobState.completed, .cancelled, .dead].map { .keep($0, rule[$0]) },
          actor: "a",
          now: rig.now)))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed == [.completed: 1])
  }

  @Test func `what comes from another store and ended long ago is found by others within the hour`()
    throws
  {
    let rig = try LookingRig()
    try rig.add()
    let id = try rig.add()
    for job in try rig.claim() { try rig.settle(job, .complete(result: nil)) }
    let detail = try #require(try rig.store.job(id))
    #expect(try rig.apply(.purge, [PlanItem(detail.job)]) == [.done])
    rig.wait(.hours(7 * 24))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 1)
    #expect(try rig.another().restore([.job(detail)], at: rig.now) == [.restored])
    rig.wait(.hours(1))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 1)
  }

  @Test func `an end that a clock set back is found`() throws {
    let rig = try LookingRig()
    try rig.add()
    let claimed = try #require(try rig.claim().first)
    rig.wait(.minutes(-30))
    try rig.settle(claimed, .complete(result: nil))
    rig.wait(.hours(7 * 24))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 1)
  }
}
