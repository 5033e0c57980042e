import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A store that can't say what it kept")
struct UnknownOutcomeTests {
  private static let unknown = StorageError.outcomeUnknown(path: "p", detail: "d")

  private func free(_ meeting: MeetingRig) throws -> [Rescuer.Rescued] {
    var found: [Rescuer.Rescued] = []
    _ = try eventually {
      found = try Rescuer(meeting.place).look(meeting.rig.memory, at: meeting.now).rescued
      return !found.isEmpty
    }
    return found
  }

  @Test("ends the worker at once, and its file stays for those who rescue")
  func settling() throws {
    let meeting = try MeetingRig("true", mode: .forever)
    let id = try meeting.enqueue()
    var settles = 0
    meeting.watched.beforeSettle = { _, _ in
      settles += 1
      return Self.unknown
    }
    let report = try meeting.run()
    #expect(report.ending == .storage(Self.unknown))
    #expect(report.counts.abandoned == 1 && settles == 1)
    let file = meeting.place.workers + "/" + (try #require(meeting.files.first))
    // What the handler left behind stays in sight until the store knows its end.
    let slots = PresenceSlot.all(in: try FileSystem.readFile(file, limit: 1 << 16))
    #expect(slots.map(\.execution) == [Execution(id: id, attempt: 1)])
    #expect(slots.allSatisfy { $0.hasStarted && $0.process != nil })
    #expect(try free(meeting).map(\.jobs) == [1])
    #expect(try meeting.rig.job(id).job.marked)
    #expect(meeting.files == [])
  }

  @Test("while others wait in hand leaves those for rescue too, as not started")
  func waiting() throws {
    let meeting = try MeetingRig("[ $QCTL_TYPE = long ] && exec sleep 600; exit 0", mode: .forever)
    try meeting.enqueue()
    let long = try meeting.enqueue { $0.type = (try? JobType("long")) ?? .default }
    let behind = try (0..<3).map { _ in try meeting.enqueue() }
    var settles = 0
    meeting.watched.beforeSettle = { _, _ in
      settles += 1
      return settles > 1 ? Self.unknown : nil
    }
    let report = try meeting.run { event in
      guard case .started(let job) = event, job.id == long else { return }
      meeting.advance(TimeSpan(milliseconds: 50))
    }
    #expect(report.ending == .storage(Self.unknown))
    let active = try ([long] + behind).filter { try meeting.rig.job($0).job.state == .active }
    #expect(active == [long] + behind)
    #expect(try free(meeting).map(\.jobs) == [4])
    #expect(try active.map { try meeting.rig.job($0).job.marked } == [true, false, false, false])
  }

  @Test("whether it gave a job may have given one, so the file stays")
  func claiming() throws {
    let meeting = try MeetingRig("true", mode: .forever)
    let id = try meeting.enqueue()
    meeting.watched.afterClaim = { _ in Self.unknown }
    #expect(try meeting.run().ending == .storage(Self.unknown))
    #expect(try meeting.rig.job(id).job.state == .active)
    #expect(try free(meeting).map(\.jobs) == [1])
    #expect(try meeting.rig.job(id).job.state == .ready)
    #expect(try !meeting.rig.job(id).job.marked)
  }
}
