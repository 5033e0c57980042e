import Jobs
import PosixIO
import SQLiteStorage
import Storage
import TestSupport
import Testing

/// The gate makes writers take turns; it never stands between a job and its store (trap 7).
@Suite(.serialized) struct GateTests {
  private let rig: StoreRig

  init() throws {
    rig = try StoreRig()
    try rig.add()
  }

  @Test func aStoppedHolderDelaysAWriteByASecondAndNoMore() throws {
    let holder = try holdGate()
    defer { try? HelperProcess.end(holder) }
    try Signal.stop.send(toGroup: holder.pid)
    let waited = try milliseconds { try rig.add() }
    #expect(waited >= 900)
    #expect(try isHeld())
    #expect(try rig.counts() == [.ready: 2])
  }

  @Test func aKilledHolderHandsTheTurnOnAtOnce() throws {
    #expect(
      try atLeastOnce {
        try HelperProcess.end(try holdGate())
        return try milliseconds { try rig.add() } < 700
      })
  }

  @Test func aWriterInTheQueueGoesOnAtOnceWhenTheHolderIsKilled() throws {
    var writes: Int64 = 0
    #expect(
      try atLeastOnce {
        let holder = try holdGate()
        let pid = holder.pid
        let thread = try Thread.start {
          SystemClock.sleep(nanoseconds: 50_000_000)
          try? Signal.kill.send(toGroup: pid)
        }
        let waited = try milliseconds { try rig.add() }
        writes += 1
        thread.join()
        try HelperProcess.end(holder)
        return (45..<700).contains(waited)
      })
    #expect(try rig.counts() == [.ready: 1 + writes])
  }

  @Test func writersBehindAStoppedHolderWaitTheSameSecondAndLoseNothing() throws {
    let holder = try holdGate()
    defer { try? HelperProcess.end(holder) }
    try Signal.stop.send(toGroup: holder.pid)
    let script = """
      for i in 1 2 3; do "$0" enqueue 1 "$1" & a="$a $!"; done
      for p in $a; do wait $p || exit 1; done
      """
    let bench = try HelperProcess.bench()
    let waited = try milliseconds {
      let result = try ProcessRunner.run("sh", ["-c", script, bench, rig.path])
      #expect(result.status == 0)
    }
    #expect(waited >= 900)
    #expect(try isHeld())
    #expect(try rig.counts() == [.ready: 4])
  }

  @Test func readersNeverWaitAtTheGate() throws {
    let holder = try holdGate()
    defer { try? HelperProcess.end(holder) }
    #expect(
      try atLeastOnce {
        try milliseconds {
          _ = try rig.store.queues(at: rig.now)
          _ = try rig.store.page(JobPageRequest(JobFilter(), size: 10, now: rig.now))
        } < 700
      })
  }

  @Test func anIdleClaimNeverWaitsAtTheGate() throws {
    let holder = try holdGate()
    defer { try? HelperProcess.end(holder) }
    let idle = ClaimRequest(queues: [try QueueName("nobody")], worker: "w1", now: rig.now)
    #expect(try atLeastOnce { try milliseconds { _ = try rig.store.claim(idle) } < 700 })
  }

  @Test func theGateIsPrivateToTheOwner() throws {
    #expect(try FileSystem.status(of: rig.path + ".qctl").mode & 0o777 == 0o700)
    #expect(try FileSystem.status(of: rig.path + ".qctl/gate").mode & 0o777 == 0o600)
  }

  /// Root may write into any folder, so something else stands where the folder should be.
  @Test(arguments: [true, false])
  func aGateThatCannotBeMadeIsNotMissed(folderIsFile: Bool) throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("queue.db")
    if folderIsFile {
      try FileSystem.replaceFile(path + ".qctl", with: [])
    } else {
      try FileSystem.makeDirectories(path + ".qctl/gate")
    }
    let store = try StoreRig.open(path, for: .create)
    defer { store.close() }
    let id = try store.enqueue(NewJob(), at: rig.now).id
    #expect(try store.job(id) != nil)
  }

  @Test func aFolderThatMayNotBeWrittenIsTolerated() throws {
    try FileSystem.unlink(rig.path + ".qctl/gate")
    try FileSystem.setPermissions(rig.path + ".qctl", 0o500)
    defer { try? FileSystem.setPermissions(rig.path + ".qctl", 0o700) }
    let store = try StoreRig.open(rig.path, for: .write)
    defer { store.close() }
    _ = try store.enqueue(NewJob(), at: rig.now)
    #expect(try rig.counts() == [.ready: 2])
  }

  private func holdGate() throws -> ChildProcess {
    try HelperProcess.start("exec flock '\(rig.path).qctl/gate' sh -c 'echo held; exec sleep 600'")
  }

  private func isHeld() throws -> Bool {
    try !FileLock.open(rig.path + ".qctl/gate").tryLock()
  }

  private func milliseconds(_ body: () throws -> Void) throws -> Int64 {
    let start = SystemClock.monotonicNanoseconds()
    try body()
    return (SystemClock.monotonicNanoseconds() - start) / 1_000_000
  }
}
