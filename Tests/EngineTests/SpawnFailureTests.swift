import Engine
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A handler that can't be started")
struct SpawnFailureTests {
  @Test("because it is missing is refused before any job is taken")
  func missing() throws {
    let rig = try WorkerRig(["no-such-program"])
    let id = try rig.enqueue()
    let report = rig.run()
    guard case .handlerUnusable(let error) = report.ending else {
      Issue.record("\(report.ending)")
      return
    }
    #expect(error.code == .noSuchFile)
    #expect(error.description.hasPrefix("no-such-program: "))
    #expect(try rig.job(id).job.attempt == 0)
  }

  @Test("because it may not be run is refused too")
  func forbidden() throws {
    let rig = try WorkerRig(["/etc/passwd"])
    guard case .handlerUnusable(let error) = rig.run().ending else {
      Issue.record("the worker went on")
      return
    }
    #expect(error.code == .permissionDenied)
  }

  @Test("later on gives its jobs back uncharged, and ends the worker after three times")
  func interpreter() throws {
    let rig = try WorkerRig(["true"])
    let script = rig.scratch.path("handler")
    try FileSystem.replaceFile(script, with: Array("#!/no/such/interpreter\n".utf8), mode: 0o755)
    rig.configuration.handler = CStringList([script])
    rig.configuration.concurrency = 2
    let ids = [try rig.enqueue(), try rig.enqueue()]
    let report = rig.run()
    guard case .handlerUnusable(let error) = report.ending else {
      Issue.record("\(report.ending)")
      return
    }
    #expect(error.code == .noSuchFile)
    #expect(report.counts.started == 0)
    #expect(report.counts.released == 3)
    // The other one of each pair was not even tried.
    #expect(try ids.flatMap { try rig.job($0).attempts }.count == 3)
    for id in ids {
      let detail = try rig.job(id)
      #expect(detail.job.state == .ready)
      #expect(detail.job.failures == 0)
      #expect(detail.attempts.allSatisfy { $0.outcome == .released })
    }
  }
}
