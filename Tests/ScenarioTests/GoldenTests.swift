import Testing

/// The golden transcripts show every verb in every form, on every store.
@Suite struct GoldenTests {
  /// What needs no golden transcript, and why.
  private static let exceptions = [
    "__complete": "what it prints is between it and the completion script, whose tests read it",
    "generate": "it prints nothing; what it writes is committed, and make check compares it",
  ]

  private static var scenarios: [Scenario] {
    Scenario.all(below: "golden/")
  }

  private static var verbs: [String] {
    GoldenCoverage.verbs.filter { exceptions[$0] == nil }
  }

  @Test(arguments: verbs)
  func everyFormOfAVerbIsWrittenDown(_ verb: String) throws {
    let coverage = GoldenCoverage(try Self.scenarios.map { try $0.transcript() })
    let missing = coverage.missing(of: verb)
    #expect(
      missing.isEmpty,
      "no transcript below Transcripts/golden shows 'qctl \(verb)' with: \(missing)")
  }

  @Test func everyGoldenTranscriptRunsOnEveryStore() throws {
    let scenarios = Self.scenarios
    #expect(!scenarios.isEmpty)
    for (file, group) in Dictionary(grouping: scenarios, by: \.file) {
      #expect(Set(group.map(\.store)) == Set(TestedStore.allCases), "\(file)")
    }
  }

  @Test func anExceptionIsAVerb() {
    for verb in Self.exceptions.keys { #expect(GoldenCoverage.verbs.contains(verb)) }
  }

  @Test func whatIsNotShownIsMissed() {
    let text = """
      $ qctl claim -o table -0 | tr '\\0' '!'; X=1 qctl claim --json --quiet
      $ qctl claim -0 --format '{id}' && id=$(qctl claim --json -0)
      $ qctl claim --json what
      [exit 2]
      $ qctl show <id:a> --raw
      $ echo "qctl pause a" 'qctl resume'
      """
    let coverage = GoldenCoverage([Transcript(text, name: "here")])
    #expect(coverage.missing(of: "claim") == ["--payload-file"])
    #expect(coverage.missing(of: "show") == ["plain", "json", "--utc", "a failure"])
    #expect(coverage.missing(of: "resume") == ["plain", "a failure"])
  }

  @Test(arguments: [
    ("qctl list", [["list"]]),
    ("x=1 qctl list a\\ b 'c d' \"e\\\"\" | qctl x", [["list", "a b", "c d", "e\""], ["x"]]),
    ("id=$(qctl a); qctl b >f c", [["a"], ["b"]]), ("echo qctl a; ./qctl b", []),
    ("if qctl a && ! qctl b; then qctl c; fi", [["a"], ["b"], ["c"]]),
  ])
  func callsInALineOfShellAreFound(_ line: String, _ calls: [[String]]) {
    #expect(ShellCalls.arguments(of: "qctl", in: line) == calls)
  }
}
