import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("Two workers of one store")
struct StoppedWorkerTests {
  /// One worker rescues another that runs in the same test, as if that had been stopped.
  private func rescue(_ meeting: MeetingRig) throws -> [Rescuer.Rescued] {
    for name in meeting.files {
      let path = meeting.place.workers + "/" + name
      var words = WordWriter()
      words.append(1)
      words.append(1)
      try FileDescriptor.open(path, .readWrite).writeAll(
        words.bytes, at: PresenceHeader.heartbeatOffset)
    }
    return try Rescuer(meeting.place).look(meeting.rig.memory, at: meeting.now).rescued
  }

  @Test("never run a job at the same time, though one was silent while its handler ran")
  func silent() throws {
    let meeting = try MeetingRig("[ $QCTL_ATTEMPT = 1 ] || exit 0; trap '' TERM; exec sleep 600")
    let id = try meeting.enqueue()
    var rescued: [Rescuer.Rescued] = []
    var left = -1
    var first = true
    let report = try meeting.run { event in
      guard case .started = event, first else { return }
      first = false
      let file = meeting.place.workers + "/" + (meeting.files.first ?? "")
      let content = (try? FileSystem.readFile(file, limit: 1 << 16)) ?? []
      let group = PresenceSlot.all(in: content).first?.process?.pid ?? 0
      // A heartbeat may come between.
      _ = eventually {
        rescued = (try? rescue(meeting)) ?? []
        return !rescued.isEmpty
      }
      left = (try? ProcessTable.members(ofGroup: group).count) ?? -1
    }
    #expect(rescued == [Rescuer.Rescued(worker: "worker-1", isDead: false, jobs: 1)])
    #expect(left == 0)
    #expect(report.counts.leaseLost == 1 && report.counts.completed == 1)
    #expect(try meeting.rig.job(id).attempts.map(\.outcome) == [.lost, .completed])
    #expect(try meeting.rig.job(id).job.crashes == 0)
    #expect(meeting.files == [])
  }

  @Test("leave each other alone while both live")
  func both() throws {
    let meeting = try MeetingRig("exit 0")
    let other = try MeetingRig("exit 0")
    other.rig.configuration.meetingPlace = meeting.place
    for _ in 0..<5 { try meeting.enqueue() }
    var inner: WorkerReport?
    let report = try meeting.run { event in
      guard case .started = event, inner == nil else { return }
      inner = try? other.run()
    }
    #expect(report.counts.completed == 5 && report.counts.leaseLost == 0)
    #expect(inner?.ending == .finished)
    #expect((meeting.events + other.events).allSatisfy { $0 != .warning(.declaredLost) })
    #expect(meeting.files == [])
  }
}
