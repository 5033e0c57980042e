import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A job that was running when a worker died")
struct MarkedJobTests {
  private static let script = """
    echo "s $QCTL_JOB_ID" >> $SCRATCH/lines; ls / > /dev/null
    echo "e $QCTL_JOB_ID" >> $SCRATCH/lines
    """

  private func lines(_ meeting: MeetingRig) throws -> [String] {
    try meeting.rig.text("lines").split(separator: "\n").map(String.init)
  }

  @Test("runs alone, and all others before or after it", arguments: [1, 16])
  func alone(group: Int) throws {
    let meeting = try MeetingRig(Self.script)
    meeting.rig.configuration.concurrency = 3
    meeting.rig.configuration.group = group
    meeting.rig.configuration.poll = TimeSpan(milliseconds: 1)...TimeSpan(milliseconds: 1)
    let ids = try (0..<12).map { _ in try meeting.enqueue() }
    try meeting.mark(ids[5])
    let report = try meeting.run()
    #expect(report.counts.completed == 12)
    let lines = try lines(meeting)
    var running: Set<Substring> = []
    let marked = Substring(ids[5].description)
    for line in lines {
      let id = line.dropFirst(2)
      if line.hasPrefix("s") { running.insert(id) } else { running.remove(id) }
      if running.contains(marked) { #expect(running == [marked]) }
    }
    #expect(lines.count == 24)
  }

  @Test("is waited for without claims, while what runs comes to its end")
  func claims() throws {
    let meeting = try MeetingRig("[ $QCTL_TYPE = slow ] && read x < $SCRATCH/go; exit 0")
    meeting.rig.makeFIFO("go")
    meeting.rig.configuration.concurrency = 3
    meeting.rig.configuration.poll = TimeSpan(milliseconds: 1)...TimeSpan(milliseconds: 1)
    let slow = try meeting.enqueue { $0.type = (try? JobType("slow")) ?? .default }
    let quick = try meeting.enqueue()
    let marked = try meeting.enqueue()
    let later = try meeting.enqueue()
    try meeting.mark(marked)
    var isWaiting = false
    var claimsMeanwhile = 0
    meeting.watched.beforeClaim = { _ in if isWaiting { claimsMeanwhile += 1 } }
    meeting.watched.beforeSettle = { _, request in
      if isWaiting, request != nil { claimsMeanwhile += 1 }
      return nil
    }
    meeting.watched.afterClaim = {
      if $0.contains(where: \.job.marked) { isWaiting = true }
      return nil
    }
    meeting.watched.afterSettle = { _, result in
      if result.claimed.contains(where: \.job.marked) { isWaiting = true }
    }
    let report = try meeting.run { event in
      if case .started(let job) = event, job.id == marked { isWaiting = false }
      if case .finished(let end) = event, end.job.id == quick { meeting.rig.release("go") }
    }
    #expect(report.counts.completed == 4)
    #expect(claimsMeanwhile == 0)
    #expect(meeting.started() == [slow, quick, marked, later])
  }

  @Test("keeps nothing in hand behind it")
  func nothingBehind() throws {
    let meeting = try MeetingRig("true")
    meeting.rig.configuration.concurrency = 3
    let session = try meeting.session()
    let ids = try (0..<2).map { _ in try meeting.enqueue() }
    try meeting.mark(ids[1])
    for _ in ids {
      let claimed = try meeting.rig.memory.claim(
        ClaimRequest(queues: [.default], limit: 3, worker: "w", now: meeting.now))
      let now = session.clock.monotonic()
      session.waiting += claimed.map { Waiting(claimed: $0, since: now, leaseEnd: now) }
    }
    #expect(session.waiting.map(\.claimed.isMarked) == [false, true])
    #expect(!session.mayClaim)
    session.waiting.removeLast()
    #expect(session.mayClaim)
    try? session.control.remove()
  }
}
