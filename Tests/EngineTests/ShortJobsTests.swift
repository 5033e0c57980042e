import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("How many jobs are claimed ahead")
struct ShortJobsTests {
  private func ahead(_ milliseconds: [Int64], slots: Int, group: Int = 16) -> Int {
    var short = ShortJobs(group: group)
    for length in milliseconds { short.note(nanoseconds: length * 1_000_000) }
    return short.ahead(slots: slots)
  }

  @Test(
    "is what the slots finish in 25 ms",
    arguments: [
      (1, 1, 16), (2, 1, 12), (5, 1, 5), (5, 2, 10), (25, 1, 1), (26, 1, 0), (30, 2, 1),
      (1000, 8, 0),
      (0, 1, 16),
    ] as [(Int64, Int, Int)])
  func finished(mean: Int64, slots: Int, expected: Int) {
    #expect(ahead([mean], slots: slots) == expected)
  }

  @Test("is none before the first has ended")
  func unknown() {
    #expect(ahead([], slots: 100) == 0)
  }

  @Test("is none for groups of one, and never more than a group", arguments: [-1, 0, 1, 2, 4])
  func groups(group: Int) {
    #expect(ahead([1], slots: 64, group: group) == (group > 1 ? group : 0))
  }

  @Test("follows what the latest ones took")
  func latest() {
    #expect(ahead([1, 1000], slots: 1) == 0)
    #expect(ahead([1000] + [Int64](repeating: 1, count: 40), slots: 1) == 16)
    #expect(ahead([10, 10, 10], slots: 1) == 2)
  }

  @Test("survives any length of a job", arguments: [.min, -1, 0, .max] as [Int64])
  func lengths(nanoseconds: Int64) {
    var short = ShortJobs(group: 16)
    short.note(nanoseconds: nanoseconds)
    short.note(nanoseconds: .max)
    #expect((0...16).contains(short.ahead(slots: LoopToken.mostSlots)))
  }
}

@Suite("A worker with short jobs")
struct ShortJobRunTests {
  @Test("keeps what has ended in its file until the store knows, so that a death leaves no doubt")
  func slotsOfTheUnsettled() throws {
    let (meeting, ids) = try rig("exit 0", jobs: 30)
    var unknown = 0
    var largest = 0
    meeting.watched.beforeSettle = { settlements, _ in
      let ended = settlements.filter { $0.verdict == .complete(result: nil) }
      let known = Self.started(in: meeting)
      unknown +=
        ended.filter { settlement in
          !known.contains(Execution(id: settlement.lease.id, attempt: settlement.attempt ?? 0))
        }.count
      largest = max(largest, ended.count)
      return nil
    }
    try meeting.run()
    #expect(largest > 1, "nothing was settled in a group")
    #expect(unknown == 0)
    for id in ids { #expect(try meeting.rig.job(id).job.state == .completed) }
  }

  /// The executions that the worker's file calls started.
  private static func started(in meeting: MeetingRig) -> Set<Execution> {
    var found: Set<Execution> = []
    for name in meeting.files {
      guard
        let bytes = try? FileSystem.readFile(meeting.place.workers + "/" + name, limit: 1 << 20)
      else { continue }
      found.formUnion(PresenceSlot.all(in: bytes).filter(\.hasStarted).map(\.execution))
    }
    return found
  }

  private func rig(_ script: String, jobs: Int) throws -> (MeetingRig, [JobID]) {
    let meeting = try MeetingRig(script)
    return (meeting, try (0..<jobs).map { _ in try meeting.enqueue() })
  }

  @Test("settles them together, and all of them")
  func together() throws {
    let (meeting, ids) = try rig("exit 0", jobs: 64)
    meeting.rig.configuration.concurrency = 2
    var sizes: [Int] = []
    meeting.watched.afterSettle = { settlements, _ in sizes.append(settlements.count) }
    let report = try meeting.run()
    #expect(report.counts.completed == 64)
    #expect(try ids.allSatisfy { try meeting.rig.job($0).job.state == .completed })
    #expect(try ids.allSatisfy { try meeting.rig.job($0).attempts.count == 1 })
    #expect(sizes.reduce(0, +) == 64)
    #expect(sizes.count <= 40 && sizes.allSatisfy { $0 <= 18 })
  }

  @Test("in groups of one settles each at once, and has none in hand that does not run")
  func single() throws {
    let (meeting, _) = try rig("exit 0", jobs: 20)
    meeting.rig.configuration.group = 1
    var sizes: [Int] = []
    var limits: [Int] = []
    meeting.watched.beforeClaim = { limits.append($0.limit) }
    meeting.watched.beforeSettle = { _, request in
      if let request { limits.append(request.limit) }
      return nil
    }
    meeting.watched.afterSettle = { settlements, _ in sizes.append(settlements.count) }
    #expect(try meeting.run().counts.completed == 20)
    #expect(sizes == [Int](repeating: 1, count: 20))
    #expect(limits.allSatisfy { $0 == 1 })
  }

  @Test("takes none ahead once they are long")
  func long() throws {
    let (meeting, _) = try rig("read x < $SCRATCH/go", jobs: 3)
    meeting.rig.makeFIFO("go")
    let report = try meeting.run { event in
      guard case .started(let job) = event else { return }
      let others =
        (try? meeting.rig.memory.page(JobPageRequest(JobFilter(), size: 10, now: meeting.now)).jobs)
        ?? []
      #expect(others.filter { $0.state == .active }.map(\.id) == [job.id])
      meeting.advance(.seconds(1))
      meeting.rig.release("go")
    }
    #expect(report.counts.completed == 3)
  }

  @Test("gives back what waits behind a long one, without a trace, and others can have it")
  func patience() throws {
    let (meeting, ids) = try rig("[ $QCTL_TYPE = long ] && read x < $SCRATCH/go; exit 0", jobs: 1)
    meeting.rig.makeFIFO("go")
    let long = try meeting.enqueue { $0.type = (try? JobType("long")) ?? .default }
    let behind = try (0..<3).map { _ in try meeting.enqueue() }
    var held: [JobState] = []
    var taken: [ClaimedJob] = []
    var again: [JobID] = []
    meeting.watched.afterSettle = { settlements, result in
      guard settlements.contains(where: { $0.verdict == .putBack }) else { return }
      again += result.claimed.map(\.job.id)
      guard taken.isEmpty else { return }
      taken =
        (try? meeting.rig.memory.claim(
          ClaimRequest(queues: [.default], limit: 3, worker: "other", now: meeting.now))) ?? []
      _ = try? meeting.rig.memory.settle(
        taken.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: nil, at: meeting.now)
      meeting.rig.release("go")
    }
    let report = try meeting.run { event in
      guard case .started(let job) = event, job.id == long else { return }
      held = behind.compactMap { try? meeting.rig.job($0).job.state }
      meeting.advance(TimeSpan(milliseconds: 50))
    }
    #expect(held == [.active, .active, .active])
    #expect(taken.map(\.job.id) == behind && again.isEmpty)
    #expect(report.counts.completed == ids.count + 1)
    #expect(report.counts.released == 0)
    for id in behind {
      #expect(try meeting.rig.job(id).attempts.map(\.worker) == ["other"])
    }
    #expect(try !meeting.log().contains { $0.event == .released })
  }

  @Test("gives back what it has not started when it shall end")
  func drain() throws {
    let (meeting, _) = try rig("[ $QCTL_TYPE = long ] && read x < $SCRATCH/go; exit 0", jobs: 1)
    meeting.rig.makeFIFO("go")
    let long = try meeting.enqueue { $0.type = (try? JobType("long")) ?? .default }
    let behind = try (0..<3).map { _ in try meeting.enqueue() }
    var held: [JobState] = []
    let report = try meeting.run { event in
      if case .started(let job) = event, job.id == long {
        held = behind.compactMap { try? meeting.rig.job($0).job.state }
        meeting.signals.send(.terminate)
      }
      if case .draining = event { meeting.rig.release("go") }
    }
    #expect(held == [.active, .active, .active])
    #expect(report.ending == .stopped(.terminate))
    #expect(report.counts.completed == 2 && report.counts.released == 0)
    for id in behind {
      let detail = try meeting.rig.job(id)
      #expect(detail.job.state == .ready && detail.attempts.isEmpty && detail.job.failures == 0)
    }
  }
}
