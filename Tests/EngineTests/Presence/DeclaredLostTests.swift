import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A worker that others declared lost")
struct DeclaredLostTests {
  /// Sleeps at the first attempt, and is done at once at any other.
  private static let script = "[ $QCTL_ATTEMPT = 1 ] || exit 0; exec sleep 600"

  private func condemn(_ meeting: MeetingRig) {
    for name in meeting.files { try? refuse(meeting.place.workers + "/" + name) }
  }

  @Test("kills its handler, gives the job back, begins anew and goes on")
  func anew() throws {
    let meeting = try MeetingRig(Self.script)
    let id = try meeting.enqueue()
    var presences: [PresenceID?] = []
    let report = try meeting.run { event in
      guard case .started(let job) = event else { return }
      presences.append(job.presence)
      if presences.count == 1 { condemn(meeting) }
    }
    #expect(meeting.events.filter { $0 == .warning(.declaredLost) }.count == 1)
    #expect(report.counts.released == 1 && report.counts.completed == 1)
    #expect(try meeting.rig.job(id).attempts.map(\.outcome) == [.released, .completed])
    #expect(try meeting.rig.job(id).job.failures == 0)
    #expect(Set(presences.compactMap { $0 }).count == 2)
    #expect(report.ending == .finished && meeting.files == [])
  }

  @Test("comes too late where the job was freed meanwhile, and the log says so")
  func late() throws {
    let meeting = try MeetingRig(Self.script)
    let id = try meeting.enqueue()
    var first = true
    let report = try meeting.run { event in
      guard case .started(let job) = event, first, let presence = job.presence else { return }
      first = false
      condemn(meeting)
      let execution = Execution(id: job.id, attempt: job.attempt)
      _ = try? meeting.rig.memory.rescue(
        RescueRequest(presence: presence, started: [execution], isDead: false, now: meeting.now))
    }
    #expect(report.counts.leaseLost == 1 && report.counts.completed == 1)
    #expect(report.counts.released == 0)
    let attempts = try meeting.rig.job(id).attempts
    #expect(attempts.map(\.outcome) == [.lost, .completed])
    let lines = try meeting.log().filter { $0.event == .leaseLost }
    #expect(lines.map(\.jobID) == [id] && lines.first?.attempt == 1)
  }

  @Test("notices also that its file has been taken away")
  func removed() throws {
    let meeting = try MeetingRig(Self.script)
    meeting.rig.configuration.lease = TimeSpan(milliseconds: 120)
    try meeting.enqueue()
    var first = true
    let report = try meeting.run { event in
      guard case .started = event, first else { return }
      first = false
      for name in meeting.files { try? FileSystem.unlink(meeting.place.workers + "/" + name) }
    }
    #expect(meeting.events.contains(.warning(.declaredLost)))
    #expect(report.counts.completed == 1 && report.ending == .finished)
  }

  @Test("gives back what it had claimed ahead, none of which was started")
  func ahead() throws {
    // The first job is short, so the rest is claimed ahead; the second one would never end.
    let meeting = try MeetingRig(
      "[ $QCTL_TYPE = long ] && [ $QCTL_ATTEMPT = 1 ] && exec sleep 600; exit 0")
    let short = try meeting.enqueue()
    let long = try meeting.enqueue { $0.type = (try? JobType("long")) ?? .default }
    let others = try (0..<3).map { _ in try meeting.enqueue() }
    var states: [JobState] = []
    let report = try meeting.run { event in
      guard case .started(let job) = event, job.id == long, states.isEmpty else { return }
      states = others.compactMap { try? meeting.rig.job($0).job.state }
      condemn(meeting)
    }
    #expect(states == [.active, .active, .active])
    #expect(report.counts.completed == 5 && report.counts.released == 1)
    for id in others {
      let detail = try meeting.rig.job(id)
      #expect(detail.attempts.map(\.attempt) == [2] && detail.job.failures == 0)
    }
    #expect(Array(meeting.started().prefix(3)) == [short, long, long])
  }

  @Test("starts nothing that it still tries to start")
  func refusedStart() throws {
    let meeting = try MeetingRig("echo $QCTL_ATTEMPT >> $SCRATCH/ran")
    let id = try meeting.enqueue()
    var first = true
    meeting.watched.afterClaim = { _ in
      if first { condemn(meeting) }
      first = false
      return nil
    }
    let report = try meeting.run()
    #expect(report.counts.started == 1 && report.counts.completed == 1)
    #expect(try meeting.rig.text("ran") == "2\n")
    #expect(try meeting.rig.job(id).attempts.map(\.attempt) == [2])
    #expect(
      !meeting.events.contains { if case .warning(.spawnFailed) = $0 { true } else { false } })
  }

  @Test("ends where it was about to end anyway")
  func ending() throws {
    let meeting = try MeetingRig("exec sleep 600", mode: .forever)
    let id = try meeting.enqueue()
    let report = try meeting.run { event in
      guard case .started = event else { return }
      meeting.signals.send(.terminate)
      condemn(meeting)
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(try meeting.rig.job(id).job.state == .ready)
    #expect(meeting.files == [])
  }
}
