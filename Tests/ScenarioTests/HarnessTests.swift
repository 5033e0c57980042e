import Testing
import TestSupport

/// A harness that lets everything pass would be worse than none.
@Suite struct HarnessTests {
  @Test(arguments: [
    ("job <id> is <any>", "job 0d5k9x2v7b3ma is ready"),
    ("<time>  <age>", "2026-01-31T10:20:30.123Z     3m ago"),
    ("took <age>, pid <pid>", "took 1h5m, pid 1"),
    ("a  b", "a          b"),
    ("qctl <version>", "qctl 0.1.0"),
    ("token <token> at <path>: x", "token 00ff00ff00ff00ff at /tmp/x/queue.db: x"),
    ("<utc>", "2026-01-31T10:20:30.123Z"),
    ("<store>, <store>, <store>", "/a/b.db, dir:/a, sqlite:/a"),
    ("<time> x", "2026-01-31 10:20:30+02:00 x"),
    ("a <nothing> b", "a <nothing> b"),
  ])
  func aLineMatches(_ pattern: String, _ line: String) {
    var captures: [String: [UInt8]] = [:]
    #expect(OutputPattern(pattern).matches(Array(line.utf8), &captures))
  }

  @Test(arguments: [
    ("job <id>", "job 0d5k9x2v7b3m"), ("job <id>", "job 0D5K9X2V7B3MA"), ("a", "a "),
    ("a  b", "a b"), ("<age>", "soon"), ("<age>", "42"), ("<time>", "2026-01-31"),
    ("<version>", "v1"), ("<pid>", ""), ("x <any> y", "x y"), ("<token>", "00FF00FF00FF00FF"),
    ("<path>", "tmp/x"), ("<utc>", "2026-01-31T10:20:30.123+00:00"),
    ("<utc>", "2026-01-31T10:20:30Z"), ("<utc>", "2026-01-31 10:20:30.123Z"), ("<store>", "dir:a"),
  ])
  func anotherLineDoesNot(_ pattern: String, _ line: String) {
    var captures: [String: [UInt8]] = [:]
    #expect(!OutputPattern(pattern).matches(Array(line.utf8), &captures))
  }

  @Test func aNamedPlaceDemandsTheSameLater() {
    var captures: [String: [UInt8]] = [:]
    let first = Array("0d5k9x2v7b3ma\n0d5k9x2v7b3mb\n".utf8)
    #expect(OutputPattern.difference(["<id:a>", "<id:b>"], first, &captures) == nil)
    #expect(OutputPattern.difference(["<id:b>", "<id:a>"], first, &captures) != nil)
    #expect(OutputPattern.difference(["...", "<id:b>"], first, &captures) == nil)
    #expect(OutputPattern.difference(["<id:a>"], first, &captures) != nil)
    #expect(OutputPattern.difference(["<id:a>", "<id:b>", "x"], first, &captures) != nil)
  }

  @Test func aTranscriptIsReadLineByLine() throws {
    let text = """
      # A comment.
      $ printf 'a\\nb\\n' |
      >   cat
      a
      b

      # needs: python3
      # within: 90
      $ false
      [exit 1]
      """
    let transcript = Transcript(text, name: "here")
    #expect(transcript.problems.isEmpty)
    #expect(transcript.needs == [.python3])
    #expect(transcript.deadline == 90)
    #expect(transcript.steps.map(\.command) == ["printf 'a\\nb\\n' |\n  cat", "false"])
    #expect(transcript.steps.map(\.output) == [["a", "b"], []])
    #expect(transcript.steps.map(\.status) == [0, 1])
  }

  @Test func aTranscriptForSeveralStoresDiffersWhereItIsMarked() {
    let text = """
      # stores: sqlite dir
      $ one
      [sqlite] for a file
      [dir] for a folder
      both
      [dir]
      [dir] [exit 3]
      [sqlite] $ two
      """
    let file = Transcript(text, name: "here", on: .sqlite)
    let folder = Transcript(text, name: "here", on: .dir)
    #expect(file.problems.isEmpty && folder.problems.isEmpty)
    #expect(file.stores == [.sqlite, .dir])
    #expect(file.steps.map(\.command) == ["one", "two"])
    #expect(file.steps.map(\.output) == [["for a file", "both"], []])
    #expect(folder.steps.map(\.output) == [["for a folder", "both"]])
    #expect(folder.steps.map(\.status) == [3])
    #expect(folder.place(2) == "here:2 on dir")
  }

  @Test(arguments: TestedStore.allCases)
  func aTranscriptRunsOnTheStoreThatItWasReadFor(_ store: TestedStore) throws {
    let text = """
      # stores: sqlite dir
      $ echo "$QCTL_STORE"
      [sqlite] <path>/work/queue.db
      [dir] dir:<path>/work/queue
      """
    let transcript = Transcript(text, name: "here", on: store)
    var runner = try TranscriptRunner(transcript, program: "/bin/true")
    try runner.run()
  }

  @Test(arguments: [
    "", "what\n$ true\n", "# needs: luck\n$ true\n", "# within: soon\n$ true\n",
    "# stores: sqlite tape\n$ true\n", "# stores: dir dir\n$ true\n",
    "$ true\na\r\nb\n", "# stores: sqlite\n$ true\n[dir] a\n", "$ true\n[sqlite] a\n",
  ])
  func aTranscriptThatMakesNoSenseIsAProblem(_ text: String) {
    #expect(!Transcript(text, name: "here").problems.isEmpty)
  }

  @Test(arguments: [
    ("$ echo a\nb", "but it printed:\n  | a\n"), ("$ echo a", "but it printed:\n  | a\n"),
    ("$ true\n[exit 1]", "ended with 0 instead of 1"), ("$ exit 3", "ended with 3 instead of 0"),
    ("$ true\na", "expected:\n  | a\nbut it printed:\n"),
    ("$ echo a; echo c\na\nb", "here:1: line 2 of its output should be 'b', but is 'c'\n"),
    ("$ echo a\n...\nb", "here:1: expected:\n"),
    ("$ sleep 600\n# within: 1", "here:1: killed after 1 s"),
  ])
  func wrongOutputAndWrongStatusAreFound(_ text: String, _ complaint: String) throws {
    try withKnownIssue {
      var runner = try TranscriptRunner(Transcript(text, name: "here"), program: "/bin/true")
      try runner.run()
    } matching: { issue in
      issue.comments.contains { $0.rawValue.contains(complaint) }
    }
  }

  @Test func whatFailedIsSaidAgainAtTheEnd() throws {
    let result = try ProcessRunner.run(
      "sh",
      [
        ScenarioFiles.repository + "/Tests/failures-last.sh", "sh", "-c",
        """
        printf '✘ Test a() recorded an issue at A.swift:1:2: x\n↳ details\n✔ Test b() passed\n'
        echo rest; exit 3
        """,
      ])
    #expect(result.status == 3)
    #expect(
      result.output.hasSuffix(
        """
        ✘ Test a() recorded an issue at A.swift:1:2: x
        ↳ details
        ---- What failed ----
        ✘ Test a() recorded an issue at A.swift:1:2: x
        the tests ended with 3

        """))
  }

  @Test func aRunThatSucceedsSaysNoMore() throws {
    let result = try ProcessRunner.run(
      "sh", [ScenarioFiles.repository + "/Tests/failures-last.sh", "echo", "✔ all"])
    #expect(result.status == 0)
    #expect(result.output == "✔ all\n")
  }

  @Test func variablesLastFromOneCommandToTheNext() throws {
    let text = """
      $ word="it's 1"; printf '0d5k9x2v7b3ma\\n'
      <id:a>
      $ echo "$word" <id:a> "$QCTL_STORE" "${TERM-unset}"
      it's 1 0d5k9x2v7b3ma <path>/work/queue.db unset
      $ echo out; echo error >&2; echo out; (exit 4)
      out
      error
      out
      [exit 4]
      """
    var runner = try TranscriptRunner(Transcript(text, name: "here"), program: "/bin/true")
    try runner.run()
  }

  @Test func onlyConsoleBlocksOfAPageAreRun() {
    let page =
      "# Title\n```sh\n$ no\n```\ntext\n```console\n$ yes\nout\n```\n```console\n$ more\n```\n"
    let transcripts = ConsoleBlocks.transcript(of: page, name: "page")
    #expect(transcripts.map { $0.steps.map(\.command) } == [["yes", "more"]])
    #expect(transcripts.first?.steps.map(\.line) == [7, 11])
    #expect(ConsoleBlocks.transcript(of: "# Title\n", name: "page").isEmpty)
  }

  @Test func aNamedBlockOfAPageIsAFileForItsExamples() throws {
    let page = """
      ```sh greet
      echo "hello, $1"

      # not a comment of the page
      ```
      ```console
      $ sh greet you; wc -l <greet
      hello, you
      3
      ```
      """
    let transcript = try #require(ConsoleBlocks.transcript(of: page, name: "page").first)
    #expect(transcript.steps.map(\.line) == [1, 7])
    var runner = try TranscriptRunner(transcript, program: "/bin/true")
    try runner.run()
  }
}
