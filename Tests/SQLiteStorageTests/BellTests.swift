import Jobs
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// Workers sleep until the bell is rung, so each change that gives them something to do must ring.
@Suite struct BellTests {
  private let rig: StoreRig
  private let ear: Ear

  /// Hears a bell.
  private final class Ear {
    private let inotify: Inotify

    init(_ path: String) throws {
      inotify = try Inotify()
      _ = try inotify.watch(path, .closeWrite)
    }

    /// How often it was rung since the last time; equal events that follow each other are one.
    func hears() throws -> Bool { try !inotify.events().isEmpty }

    /// Waits for a ring.
    func wait() throws -> Bool {
      let found = try Poll.wait(for: .read, on: inotify.rawValue, milliseconds: 10_000)
      return try !found.isEmpty && hears()
    }
  }

  private static func bell(_ rig: StoreRig) throws -> String {
    try #require(rig.store.meetingPlace).bell
  }

  init() throws {
    rig = try StoreRig()
    // The first job makes the bell.
    try rig.add()
    ear = try Ear(Self.bell(rig))
  }

  private func apply(_ verb: OperatorVerb, _ id: JobID) throws {
    let item = PlanItem(try rig.job(id).job)
    let outcomes = try rig.store.apply(
      ApplyRequest(verb, [item], actor: "a", reason: nil, now: rig.now))
    #expect(outcomes == [.done] || outcomes == [.requested])
  }

  private func pause(_ paused: Bool) throws {
    _ = try rig.store.setPaused(
      PauseRequest([.default], paused: paused, actor: "a", reason: nil, now: rig.now))
  }

  @Test func theFirstRingMakesTheBellForItsOwnerAlone() throws {
    let status = try FileSystem.status(of: Self.bell(rig))
    #expect(status.kind == .regular && status.size == 0 && status.mode == 0o600)
  }

  @Test func aNewJobRings() throws {
    try rig.add()
    #expect(try ear.hears())
    try rig.add { $0.runAt = rig.now + .hours(1) }
    #expect(try ear.hears())
    try rig.addMany(3)
    #expect(try ear.hears())
  }

  @Test func aJobThatIsThereAlreadyDoesNotRing() throws {
    try rig.add { $0.uniqueKey = "k" }
    _ = try ear.hears()
    try rig.add { $0.uniqueKey = "k" }
    #expect(try !ear.hears())
    try rig.addMany(0)
    #expect(try !ear.hears())
  }

  @Test func takingAndEndingJobsDoesNotRing() throws {
    let claimed = try rig.claim()
    try rig.settle(claimed, .complete(result: nil))
    #expect(try rig.claim().isEmpty)
    #expect(try !ear.hears())
    #expect(try rig.store.renew([], until: rig.now, at: rig.now).isEmpty)
    _ = try rig.store.queues(at: rig.now)
    try rig.store.record([LogRecord(.workerStarted, at: rig.now)])
    #expect(try !ear.hears())
  }

  @Test(arguments: [
    Settlement.Verdict.release(reason: "r"), .putBack, .fail(retryAfter: nil),
    .snooze(until: Instant(milliseconds: 4_000_000_000_000)),
  ])
  func aJobThatComesBackRings(verdict: Settlement.Verdict) throws {
    let claimed = try rig.claim()
    try rig.settle(claimed, verdict)
    #expect(try ear.hears())
  }

  @Test func theJobsOfALostWorkerRing() throws {
    let presence = PresenceID(random: 8)
    var request = rig.request()
    request.presence = presence
    #expect(try rig.store.claim(request).count == 1)
    #expect(try !ear.hears())
    let rescue = RescueRequest(presence: presence, started: [], now: rig.now)
    #expect(try rig.store.rescue(rescue) == 1)
    #expect(try ear.hears())
    #expect(try rig.store.rescue(rescue) == 0)
    #expect(try !ear.hears())
  }

  @Test func theOperatorsRetryAndReplayRing() throws {
    let id = try rig.add { $0.runAt = rig.now + .hours(1) }
    _ = try ear.hears()
    try apply(.retry(at: nil), id)
    #expect(try ear.hears())
    let claimed = try rig.claim(2)
    try rig.settle(claimed, .reject)
    #expect(try !ear.hears())
    try apply(.replay(at: nil), id)
    #expect(try ear.hears())
  }

  @Test func aCancellationOfARunningJobRings() throws {
    let id = try #require(try rig.claim().first).job.id
    #expect(try !ear.hears())
    try apply(.cancel, id)
    #expect(try ear.hears())
  }

  @Test func resumingRingsAndPausingDoesNot() throws {
    try pause(true)
    #expect(try !ear.hears())
    try pause(false)
    #expect(try ear.hears())
    try pause(false)
    #expect(try !ear.hears())
  }

  @Test func whatFailsOrChangesNothingDoesNotRing() throws {
    #expect(throws: StorageError.self) {
      try rig.add { $0.payload = [UInt8](repeating: 1, count: 1 << 20) }
    }
    let id = try #require(try rig.claim().first).job.id
    _ = try rig.store.apply(
      ApplyRequest(
        .cancel, [PlanItem(id: id, state: .ready)], actor: "a", reason: nil, now: rig.now))
    #expect(try !ear.hears())
  }

  @Test func ringingWritesNothing() throws {
    let before = try FileSystem.status(of: Self.bell(rig))
    for _ in 0..<5 { try rig.add() }
    #expect(try ear.hears())
    #expect(try FileSystem.status(of: Self.bell(rig)) == before)
  }

  @Test func aBellThatCannotBeRungHarmsNobody() throws {
    let bell = try Self.bell(rig)
    try FileSystem.unlink(bell)
    try FileSystem.makeDirectory(bell, mode: 0o700)
    try rig.add()
    try FileSystem.removeDirectory(bell)
    try FileSystem.symbolicLink(bell, to: rig.scratch.path("elsewhere"))
    try rig.add()
    #expect(!FileSystem.exists(rig.scratch.path("elsewhere")))
    #expect(try rig.counts() == [.ready: 3])
  }

  /// Another process's view, as a worker has it: a store of its own, asked as soon as the bell rings.
  @Test func whoLooksAtTheRingSeesTheJob() throws {
    let path = rig.path
    let heard = try WakeUp()
    let bell = try Self.bell(rig)
    let seen = Mutex<[Int64]>([])
    let rounds: Int64 = 200
    try withExtendedLifetime(heard) {
      let ringer = heard.rawValue
      let thread = try Thread.start {
        do {
          let ear = try Ear(bell)
          let store = try StoreRig.open(path, for: .read)
          defer { store.close() }
          BorrowedDescriptor(ringer).ring()
          for _ in 0..<rounds {
            guard try ear.wait() else { return }
            let now = Instant(milliseconds: SystemClock.wallMilliseconds())
            let ready = try store.queues(at: now).first?.counts[.ready] ?? 0
            seen.withLock { $0.append(ready) }
            BorrowedDescriptor(ringer).ring()
          }
        } catch { return }
      }
      for _ in 0..<rounds {
        _ = try Poll.wait(for: .read, on: ringer, milliseconds: 10_000)
        heard.clear()
        try rig.add()
      }
      thread.join()
    }
    #expect(seen.withLock { $0 } == (0..<rounds).map { $0 + 2 })
  }
}

extension BorrowedDescriptor {
  /// Rings an eventfd(2) that this thread has no more than the number of.
  fileprivate func ring() {
    try? writeAll([1] + [UInt8](repeating: 0, count: 7))
  }
}
