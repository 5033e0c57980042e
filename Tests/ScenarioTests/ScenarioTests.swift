import PosixIO
import Testing
import TestSupport

/// The transcripts, and the examples of the README, against the real program.
@Suite struct ScenarioTests {
  @Test(arguments: Scenario.wanted)
  func theProgramDoesWhatTheTranscriptSays(_ scenario: Scenario) throws {
    try run(scenario.transcript())
  }

  @Test func theExamplesOfTheREADMEAreTrue() throws {
    let path = ScenarioFiles.repository + "/README.md"
    guard FileSystem.exists(path) else { return }
    for transcript in ConsoleBlocks.transcript(of: try ScenarioFiles.text(path), name: "README.md")
    {
      try run(transcript)
    }
  }

  @Test(arguments: ManualSessions.topics)
  func theExamplesOfTheManualAreTrue(_ topic: String) throws {
    try run(try #require(ManualSessions.transcript(of: topic)))
  }

  private func run(_ transcript: Transcript) throws {
    for problem in transcript.problems { Issue.record("\(problem)") }
    if let missing = transcript.needs.first(where: { !Machine.has($0) }) {
      if Machine.mustHave(missing) {
        Issue.record("\(transcript.name) needs \(missing.rawValue), which is not here")
      } else {
        print("SKIPPED: \(transcript.name) needs \(missing.rawValue), which is not here")
      }
      return
    }
    let program = try #require(ScenarioFiles.program, "build qctl first, or set QCTL_BINARY")
    var runner = try TranscriptRunner(transcript, program: program)
    try runner.run()
  }
}
