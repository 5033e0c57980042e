import Jobs
import PosixIO
import SQLiteStorage
import Storage
import Synchronization
import TestSupport
import Testing

/// Many writers at once: no "busy" reaches anybody, and nothing is lost or counted twice (trap 7).
@Suite(.serialized) struct ContentionTests {
  @Test func eightProcessesEnqueueAndWorkAtOnce() throws {
    let rig = try StoreRig()
    let bench = try HelperProcess.bench()
    let script = """
      for i in 1 2 3 4; do
        "$0" enqueue 200 "$1" & a="$a $!"
        "$0" settle-claim 200 "$1" 5 & a="$a $!"
      done
      for p in $a; do wait $p || exit 1; done
      """
    let result = try ProcessRunner.run("sh", ["-c", script, bench, rig.path])
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    let counts = try rig.counts()
    #expect(counts.values.reduce(0, +) == 1600)
    #expect(counts.keys.allSatisfy { $0 == .ready || $0 == .completed })
    #expect(try rig.problems().isEmpty)
    let application = try rig.application()
    #expect(try application.number("SELECT total_enqueued FROM qctl_queues") == 1600)
    #expect(try application.number("SELECT total_succeeded FROM qctl_queues") == counts[.completed])
    #expect(try application.number("SELECT max(attempt) FROM qctl_jobs") == 1)
  }

  @Test func manyProcessesMayCreateTheSameStoreAtOnce() throws {
    let scratch = try ScratchDirectory()
    let script = """
      for i in 1 2 3 4 5 6 7 8; do "$0" enqueue 5 "$1" & a="$a $!"; done
      for p in $a; do wait $p || exit 1; done
      """
    let path = scratch.path("new/queue.db")
    let result = try ProcessRunner.run(
      "sh", ["-c", script, try HelperProcess.bench(), path])
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    #expect(try store.queues(at: Instant(milliseconds: .max)).first?.count(.ready) == 40)
  }

  @Test func storesOfTwoThreadsShareOneFile() throws {
    let rig = try StoreRig()
    let failures = Mutex<[String]>([])
    let path = rig.path
    let now = rig.now
    var threads: [ThreadBox] = []
    for _ in 0..<4 {
      threads.append(
        ThreadBox(
          try Thread.start {
            do {
              let store = try StoreRig.open(path, for: .write)
              defer { store.close() }
              for _ in 0..<100 { _ = try store.enqueue(NewJob(), at: now) }
            } catch {
              failures.withLock { $0.append("\(error)") }
            }
          }))
    }
    for thread in threads { thread.join() }
    #expect(failures.withLock { $0 } == [])
    #expect(try rig.counts() == [.ready: 400])
    #expect(try rig.problems().isEmpty)
  }
}

/// A thread in an array, which cannot hold it directly.
private final class ThreadBox {
  private var thread: Thread?

  init(_ thread: consuming Thread) { self.thread = consume thread }

  func join() { thread.take()?.join() }
}
