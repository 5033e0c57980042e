import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A worker that meets others")
struct RescueByWorkerTests {
  private let dead = PresenceID(random: 9 << 20)

  /// A worker that will die: the folder has its file, and the store its job.
  private func victim(_ meeting: MeetingRig, runs: Bool) throws -> (Presence, JobID) {
    let id = try meeting.enqueue()
    let claimed = try meeting.rig.memory.claim(
      ClaimRequest(queues: [.default], worker: "victim", presence: dead, now: meeting.now))
    let presence = try Presence(
      folder: meeting.place.workers, id: dead, name: "victim", silence: .seconds(60))
    let execution = Execution(id: id, attempt: try #require(claimed.first).job.attempt)
    _ = try presence.prepare(execution, slot: 0)
    if runs {
      try FileDescriptor.open(meeting.place.workers + "/" + dead.description, .readWrite).writeAll(
        PresenceSlot.reaped(execution), at: PresenceHeader.offset(ofSlot: 0))
    }
    return (presence, id)
  }

  @Test(
    "takes over as soon as one of them dies, though it looks for work once an hour",
    arguments: [true, false])
  func takesOver(runs: Bool) throws {
    let meeting = try MeetingRig("true")
    var living: Presence?
    let id: JobID
    (living, id) = try victim(meeting, runs: runs)
    meeting.watched.afterClaim = { _ in
      // This worker has looked around and found nothing to do; now the other one dies.
      living?.end(keepsFile: true)
      living = nil
      return nil
    }
    let report = try meeting.run()
    #expect(report.counts.completed == 1)
    #expect(
      meeting.events.contains(
        .rescued(Rescuer.Rescued(worker: "victim", isDead: true, jobs: 1))))
    let outcomes = try meeting.rig.job(id).attempts.map(\.outcome)
    #expect(outcomes == (runs ? [.lost, .completed] : [.completed]))
    #expect(meeting.files == [])
  }

  @Test("finds one that died before it came")
  func earlier() throws {
    let meeting = try MeetingRig("true")
    var presence: Presence? = try victim(meeting, runs: true).0
    presence?.end(keepsFile: true)
    presence = nil
    #expect(try meeting.run().counts.completed == 1)
  }

  @Test("leaves a living one its job, and waits for its end")
  func living() throws {
    let meeting = try MeetingRig("true")
    let (presence, id) = try victim(meeting, runs: true)
    var claims = 0
    meeting.watched.beforeClaim = { _ in
      claims += 1
      guard claims == 2 else { return meeting.ring() }
      let token = (try? meeting.rig.job(id).job.token) ?? LeaseToken(rawValue: 0)
      _ = try? meeting.rig.memory.settle(
        [Settlement(Lease(id: id, token: token), .complete(result: nil))], thenClaim: nil,
        at: meeting.now)
    }
    #expect(try meeting.run().ending == .finished)
    #expect(try meeting.rig.job(id).attempts.map(\.outcome) == [.completed])
    #expect(meeting.files == [dead.description])
    presence.end(keepsFile: false)
  }

  @Test("hears of its job's cancellation")
  func cancel() throws {
    let meeting = try MeetingRig("exec sleep 600")
    let id = try meeting.enqueue()
    let report = try meeting.run { event in
      guard case .started = event else { return }
      _ = try? meeting.rig.memory.apply(
        ApplyRequest(
          .cancel, [PlanItem(id: id, state: .active, attempt: 1)], actor: "a", reason: nil,
          now: meeting.now))
      meeting.advance(.seconds(1))
    }
    #expect(report.counts.cancelled == 1)
    #expect(try meeting.rig.job(id).job.state == .cancelled)
  }

  @Test("holds its jobs by its file, not by time, and is done with it at its end")
  func held() throws {
    let meeting = try MeetingRig("true")
    try meeting.enqueue()
    var files: [String] = []
    try meeting.run { event in
      guard case .started(let job) = event else { return }
      #expect(job.leaseUntil == nil && job.presence != nil)
      files = meeting.files
      #expect(files == [job.presence?.description])
      meeting.advance(.hours(5))
    }
    #expect(files.count == 1 && meeting.files == [])
  }

  @Test("shows life also while the store keeps it waiting")
  func heartbeat() throws {
    let meeting = try MeetingRig("true")
    meeting.rig.configuration.lease = TimeSpan(milliseconds: 120)
    try meeting.enqueue()
    func beat() -> Int64? {
      guard let name = meeting.files.first,
        let bytes = try? FileSystem.readFile(meeting.place.workers + "/" + name, limit: 1 << 16)
      else { return nil }
      return PresenceHeader(bytes)?.boottime
    }
    var beats = 0
    meeting.watched.beforeClaim = { _ in
      for _ in 0..<3 {
        let last = beat()
        if last != nil, eventually({ beat() != last }) { beats += 1 }
      }
    }
    #expect(try meeting.run().counts.completed == 1)
    #expect(beats >= 3)
  }

  @Test("that can show no life says so, and goes by leases that it renews")
  func leases() throws {
    let meeting = try MeetingRig("read x < $SCRATCH/go")
    meeting.rig.makeFIFO("go")
    try FileSystem.replaceFile(meeting.place.workers, with: [])
    let id = try meeting.enqueue()
    var ends: [Instant?] = []
    let report = try meeting.run { event in
      switch event {
      case .started(let job):
        ends.append(job.leaseUntil)
        #expect(job.presence == nil)
        meeting.advance(.seconds(21))
        meeting.signals.send(.user2)
      // Told before this turn's renewal; the next turn is after it.
      case .status: meeting.signals.send(.user1)
      case .quiet:
        ends.append(try? meeting.rig.job(id).job.leaseUntil)
        meeting.rig.release("go")
        meeting.signals.send(.terminate)
      default: return
      }
    }
    #expect(report.counts.completed == 1)
    let first = try #require(ends.first ?? nil)
    let second = try #require(ends.last ?? nil)
    #expect(second.since(first) >= .seconds(20))
    #expect(
      meeting.events.contains { if case .warning(.noPresence) = $0 { true } else { false } })
  }
}
