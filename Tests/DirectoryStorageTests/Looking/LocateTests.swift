import DirectoryStorage
import Jobs
import Storage
import Synchronization
import Testing

@Suite struct LocateTests {
  /// Moves a job on through its life, a step at each call.
  private final class Mover: Sendable {
    private let store: DirectoryStore
    private let id: JobID
    private let now: Instant
    private let lease = Mutex<Lease?>(nil)

    init(_ store: DirectoryStore, _ id: JobID, at now: Instant) {
      self.store = store
      self.id = id
      self.now = now
    }

    func step() {
      do {
        switch try store.job(id)?.job.state {
        case .ready?:
          let request = ClaimRequest(
            queues: [try QueueName("emails")], limit: 1, worker: "other", lease: .hours(1),
            now: now)
          let claimed = try store.claim(request).first?.lease
          lease.withLock { $0 = claimed }
        case .active?:
          guard let held = lease.withLock({ $0 }) else { return }
          _ = try store.settle([Settlement(held, .reject)], thenClaim: nil, at: now)
        case .dead?:
          guard let job = try store.job(id)?.job else { return }
          _ = try store.apply(
            ApplyRequest(.replay(at: nil), [PlanItem(job)], actor: "olga", reason: nil, now: now))
        default: return
        }
      } catch { return }
    }
  }

  @Test(arguments: 0..<24)
  func `a job that moves while it is looked for is found`(moment: Int) throws {
    let rig = try LookingRig()
    let id = try rig.add()
    try rig.add("reports")
    // As one that was replayed later: not in the bucket of its id.
    let mover = Mover(try rig.another(), id, at: rig.now + .hours(1))
    for _ in 0..<3 {
      _ = rig.tree.takeLists()
      rig.tree.beforeNames.withLock { $0 = { _, count in if count == moment { mover.step() } } }
      #expect(try rig.store.job(id)?.job.id == id)
      rig.tree.beforeNames.withLock { $0 = nil }
      mover.step()
    }
  }

  @Test func `a job that is nowhere is not found`() throws {
    let rig = try LookingRig()
    let id = try rig.add()
    let other = try #require(JobID(rawValue: id.rawValue + 1))
    #expect(try rig.store.job(other) == nil)
    #expect(try rig.apply(.purge, [PlanItem(id: id, state: .ready)]) == [.done])
    #expect(try rig.store.job(id) == nil)
    #expect(try rig.apply(.purge, [PlanItem(id: id, state: .ready)]) == [.missing])
  }

  @Test func `a job that others move between two pages is listed once`() throws {
    let rig = try LookingRig()
    var ids: [JobID] = []
    for _ in 0..<30 {
      ids.append(try rig.add())
      rig.wait(.seconds(10))
    }
    let other = try rig.another()
    let now = rig.now
    let listed = try rig.listing(size: 4) {
      _ = try other.claim(
        ClaimRequest(
          queues: [QueueName("emails")], limit: 2, worker: "w", lease: .hours(1), now: now))
    }
    #expect(listed.map(\.id) == ids.reversed())
  }
}
