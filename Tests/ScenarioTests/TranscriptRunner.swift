import PosixIO
import Testing
import TestSupport

/// Runs a transcript's commands one after the other, in a fresh scratch directory.
///
/// Nothing of the developer's settings shows. The working directory is `work`, beside `home`;
/// the store is `queue.db` in it, or the folder `queue`; `qctl` is first on the path. Lower-case shell variables of one
/// line last from one command to the next.
struct TranscriptRunner {
  private let transcript: Transcript
  private let scratch: ScratchDirectory
  private let environment: EnvironmentBlock
  /// What runs a command of the transcript, which comes last.
  private let launcher: [String]
  private var captures: [String: [UInt8]] = [:]

  /// Prepares the scratch directory.
  ///
  /// - Parameter launcher: what runs a command, if it shall not run in the scratch directory.
  init(_ transcript: Transcript, program: String, launcher: [String]? = nil) throws {
    self.transcript = transcript
    scratch = try ScratchDirectory()
    for folder in ["work", "home", "bin", "run"] {
      try FileSystem.makeDirectory(scratch.path(folder), mode: 0o700)
    }
    let program = try FileSystem.realPath(program)
    try FileSystem.symbolicLink(scratch.path("bin/qctl"), to: program)
    var environment = TestEnvironment.scratch(
      scratch,
      adding: [
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        "PATH": scratch.path("bin") + ":" + (EnvironmentBlock.value("PATH") ?? "/usr/bin:/bin"),
        "QCTL_STORE": (transcript.store ?? .sqlite).location(in: scratch.path("work")),
        "QCTL_ACTOR": "tester",
        "QCTL_PROGRAM": program, "DEBUG_BUILD": ScenarioFiles.debugProgram,
        "SCRIPTS": ScenarioFiles.folder + "/Scripts", "REPOSITORY": ScenarioFiles.repository,
        "SCENARIO_STATE": scratch.path("state"), "PYTHONDONTWRITEBYTECODE": "1",
      ])
    environment["TERM"] = nil
    for name in ["QCTL_TEST_SEED", "QCTL_TORTURE_SEED", "QCTL_HISTORY_SEED", "QCTL_ROUNDS"] {
      environment[name] = EnvironmentBlock.value(name)
    }
    self.environment = environment
    self.launcher =
      launcher ?? ["sh", ScenarioFiles.folder + "/session.sh", scratch.path("work")]
  }

  /// Runs all commands and records what differs.
  mutating func run() throws {
    defer { killLeftovers() }
    for step in transcript.steps { try run(step) }
    withExtendedLifetime(scratch) {}
  }

  /// Kills what a failed command may have left running: whatever has this session's environment.
  private func killLeftovers() {
    let mark = Array("SCENARIO_STATE=\(scratch.path("state"))".utf8)
    for entry in (try? FileSystem.entries(of: "/proc")) ?? [] {
      guard let pid = Int32(entry.name), pid != CurrentProcess.id,
        let variables = try? FileSystem.readFile("/proc/\(pid)/environ", limit: 1 << 20),
        variables.split(separator: 0).contains(where: { $0.elementsEqual(mark) })
      else { continue }
      try? Signal.kill.send(to: pid)
    }
  }

  private mutating func run(_ step: Transcript.Step) throws {
    let result = try ProcessRunner.run(
      launcher[0], launcher.dropFirst() + [substituted(step.command)],
      environment: environment, timeoutSeconds: transcript.deadline)
    var complaints: [String] = []
    if result.timedOut {
      complaints.append("killed after \(transcript.deadline) s")
    } else if result.status != step.status {
      complaints.append("ended with \(result.status) instead of \(step.status)")
    }
    let output = result.outputBytes + result.errorBytes
    if let difference = OutputPattern.difference(step.output, output, &captures) {
      complaints.append(difference)
    }
    guard !complaints.isEmpty else { return }
    let place = transcript.place(step.line)
    Issue.record("\(place): \(complaints.joined(separator: "\n"))\n\(Self.excerpt(step.command))")
  }

  /// The beginning of a command, since its place says the rest.
  private static func excerpt(_ command: String) -> String {
    let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
    let shown = lines.prefix(4).joined(separator: "\n")
    return "of: $ " + shown + (lines.count > 4 ? "\n…" : "")
  }

  /// Names like `<id:a>` stand for what an earlier command printed there.
  private func substituted(_ command: String) -> String {
    var command = command
    for (name, value) in captures {
      command = command.split(separator: "<\(name)>", omittingEmptySubsequences: false)
        .joined(separator: String(decoding: value, as: UTF8.self))
    }
    return command
  }
}
