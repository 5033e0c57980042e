import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A job in hand without a sign of life")
struct StaleLeaseTests {
  @Test(
    "is not started once its lease may be another's, but given back",
    arguments: [(29, true), (30, false), (61, false)] as [(Int64, Bool)])
  func stale(seconds: Int64, starts: Bool) throws {
    let meeting = try MeetingRig("true")
    let session = try meeting.session()
    try meeting.enqueue()
    let claimed = try meeting.rig.memory.claim(
      ClaimRequest(queues: [.default], worker: "w", now: meeting.now))
    let now = session.clock.monotonic()
    session.waiting = claimed.map {
      Waiting(claimed: $0, since: now, leaseEnd: now + session.configuration.lease)
    }
    meeting.advance(.seconds(seconds))
    session.startWaiting()
    #expect(session.slots.isEmpty != starts)
    #expect(session.unsettled.map(\.settlement.verdict) == (starts ? [] : [.putBack]))
    #expect(session.waiting.isEmpty)
    // A zombie that is left over keeps the exit tests of other suites from ever ending.
    for job in session.slots.running {
      job.kill()
      _ = try job.child.wait()
    }
    try? session.control.remove()
  }
}
