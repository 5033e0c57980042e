import Jobs
import Storage
import Testing

/// `batch show --wait`.
@Suite struct BatchWaitTests {
  private let rig: CommandRig
  private let batch: JobID

  init() throws {
    rig = try CommandRig()
    var left = 1
    let result = try rig.store.enqueueAll(at: rig.now, as: NewBatch(name: "night")) {
      () throws(BulkSourceError) in
      left -= 1
      return left < 0 ? nil : NewJob()
    } progress: { _ in
    }
    batch = try #require(result.batch).id
  }

  private func end(_ verdict: Settlement.Verdict) throws {
    let claimed = try rig.store.claim(
      ClaimRequest(
        queues: [.default], limit: 1, worker: "w", lease: .minutes(1), now: rig.now))
    _ = try rig.store.settle(
      claimed.map { Settlement($0.lease, verdict) }, thenClaim: nil, at: rig.now)
  }

  @Test(
    "What ends while it waits is told by the status",
    arguments: [(Settlement.Verdict.complete(result: nil), Int32(0)), (.reject, 1)])
  func waits(_ verdict: Settlement.Verdict, _ status: Int32) throws {
    var looks = 0
    rig.isAskedToStop = { [self] in
      looks += 1
      if looks == 3 { try? end(verdict) }
      return looks > 100
    }
    let ran = try rig.run("batch", "show", "\(batch)", "--wait", "--format", "{unfinished}")
    #expect(ran.status == status && ran.output == "0\n", "\(ran)")
    #expect(looks == 3)
    // Without waiting, what is found is shown, and that is all.
    #expect(try rig.run("batch", "show", "\(batch)").status == 0)
  }

  @Test func `it can be stopped, and says so`() throws {
    rig.isAskedToStop = { true }
    let ran = try rig.run("batch", "show", "\(batch)", "--wait")
    #expect(ran.status == 130 && ran.output.isEmpty)
    #expect(try rig.run("batch", "show", "0000000000001", "--wait").status == 1)
  }
}
