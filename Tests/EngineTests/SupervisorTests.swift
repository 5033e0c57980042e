import Glibc
import Jobs
import PosixIO
import TestSupport
import Testing

@testable import Engine

@Suite("A supervisor")
struct SupervisorTests {
  private let scratch: ScratchDirectory
  private let signals: TestSignals
  private let clock = TestClock()

  init() throws {
    scratch = try ScratchDirectory()
    signals = try TestSignals()
  }

  /// Runs shell scripts as workers, which find the test's own directory in `$SCRATCH`.
  private func run(
    _ scripts: [String], on event: @escaping (SupervisorEvent) -> Void = { _ in }
  ) throws -> (report: SupervisorReport, events: [SupervisorEvent]) {
    var events: [SupervisorEvent] = []
    let lines = scripts.enumerated().map {
      SupervisedLine(name: "\($0.offset)", arguments: CStringList(["sh", "-c", $0.element]))
    }
    let supervisor = try Supervisor(
      lines, executable: "/bin/sh",
      environment: EnvironmentBlock([
        "PATH": "/usr/bin:/bin", "SCRATCH": scratch.path, "NOTIFY_SOCKET": "@nobody-listens",
      ]), signals: signals, clock: clock.worker
    ) {
      events.append($0)
      event($0)
    }
    return (try supervisor.run(), events)
  }

  private func isPause(_ event: SupervisorEvent) -> Bool {
    if case .ended(_, _, .some) = event { true } else { false }
  }

  @Test("ends when all its workers are done, and says how each ended")
  func done() throws {
    let found = try run(["exit 0", "exit 78", "exit 2", "exit 1"])
    #expect(
      found.report
        == SupervisorReport(
          outcomes: [.exited(0), .exited(78), .exited(2), .exited(1)], signal: nil))
    #expect(!found.events.contains(where: isPause))
  }

  @Test(
    "starts one again that died, after a pause that grows", arguments: ["kill -9 $$", "exit 74"])
  func restart(end: String) throws {
    let script = "echo x >> $SCRATCH/n; [ $(wc -l < $SCRATCH/n) -gt 3 ] || { \(end); }"
    var pauses: [TimeSpan] = []
    let found = try run([script]) { event in
      guard case .ended(_, _, let again?) = event else { return }
      pauses.append(again)
      clock.advance(again)
    }
    #expect(found.report.outcomes == [.exited(0)])
    #expect(pauses == [100, 200, 400].map { TimeSpan(milliseconds: $0) })
  }

  @Test("passes signals on, and starts nothing again after one that ends it")
  func passOn() throws {
    let script = """
      trap 'echo usr1 >> $SCRATCH/said' USR1
      trap 'echo term >> $SCRATCH/said; exit 0' TERM
      echo > $SCRATCH/ready; while :; do read x < $SCRATCH/never; done
      """
    for name in ["ready", "never"] { try makeFIFO(name) }
    var started = 0
    let found = try run([script, script]) { event in
      guard case .started = event else { return }
      _ = try? FileSystem.readFile(scratch.path("ready"), limit: 100)
      started += 1
      guard started == 2 else { return }
      signals.send(.user1)
      signals.send(.terminate)
    }
    #expect(
      found.report == SupervisorReport(outcomes: [.exited(0), .exited(0)], signal: .terminate))
    let said = String(
      decoding: try FileSystem.readFile(scratch.path("said"), limit: 1000), as: UTF8.self)
    #expect(said.split(separator: "\n").sorted() == ["term", "term", "usr1", "usr1"])
  }

  @Test("keeps what is its own from its workers, and tells them who it is")
  func environment() throws {
    _ = try run(["env > $SCRATCH/env"])
    let found = String(
      decoding: try FileSystem.readFile(scratch.path("env"), limit: 1 << 16), as: UTF8.self)
    #expect(!found.contains("NOTIFY_SOCKET"))
    #expect(found.contains("QCTL_SUPERVISOR=\(CurrentProcess.id)\n"))
  }

  @Test("that is gone is seen by a worker that was about to begin")
  func gone() async {
    #expect(SupervisedProcess.begin(EnvironmentBlock()))
    // In a process of its own, which then may end with whoever started it.
    await #expect(processExitsWith: .success) {
      var environment = EnvironmentBlock()
      environment["QCTL_SUPERVISOR"] = "\(CurrentProcess.id)"
      #expect(!SupervisedProcess.begin(environment))
    }
  }

  private func makeFIFO(_ name: String) throws {
    try #require(Glibc.mkfifo(scratch.path(name), 0o600) == 0)
  }
}
