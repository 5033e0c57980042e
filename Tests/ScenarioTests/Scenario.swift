import PosixIO
import Testing

/// A transcript on one of its stores: a test of its own, so that a failure says which.
struct Scenario: Sendable, CustomTestStringConvertible {
  /// The file below `Transcripts`.
  let file: String
  /// The store, where the transcript names any.
  let store: TestedStore?

  var testDescription: String { store.map { "\(file) on \($0.rawValue)" } ?? file }

  /// The transcript, read for this store.
  func transcript() throws -> Transcript {
    Transcript(
      try ScenarioFiles.text("\(ScenarioFiles.folder)/Transcripts/\(file)"),
      name: "Transcripts/\(file)", on: store)
  }

  /// All transcripts that are to run, each on every store that it names.
  ///
  /// `$QCTL_TRANSCRIPTS` leaves only those whose path begins so, for whoever works on one.
  static var wanted: [Scenario] { all(below: EnvironmentBlock.value("QCTL_TRANSCRIPTS") ?? "") }

  /// All transcripts whose path begins so, each on every store that it names.
  static func all(below start: String) -> [Scenario] {
    ScenarioFiles.transcripts.filter { $0.hasPrefix(start) }.flatMap { file in
      let plain = Scenario(file: file, store: nil)
      let stores = (try? plain.transcript().stores) ?? []
      return stores.isEmpty ? [plain] : stores.map { Scenario(file: file, store: $0) }
    }
  }
}
