import CommandLineSpec
import Testing

@Suite struct HelpTests {
  let tree = Sample.tree

  @Test(arguments: [
    ["list", "--help"], ["list", "-h"], ["help", "list"], ["--help", "list"], ["help", "ls"],
    ["list", "--nope", "--help"], ["list", "--limit", "0", "-ah"], ["--nope", "list", "--help"],
  ])
  func `help answers first, however it is asked for`(_ words: [String]) {
    #expect(tree.outcome(for: words, in: .sample()).help == listHelp)
  }

  @Test func `help after two dashes is an operand`() {
    #expect(tree.outcome("list", "--", "--help").action?.list.filter.ids == ["--help"])
    #expect(tree.outcome("list", "--error", "-h").action?.list.filter.error == "-h")
  }

  @Test(arguments: [["--version"], ["-V"], ["list", "--version"], ["dlq", "-V"]])
  func `the version is one line`(_ words: [String]) {
    guard case .version(let text) = tree.outcome(for: words, in: .sample()) else {
      Issue.record("no version for \(words)")
      return
    }
    #expect(text == "qctl 1.2.3\n")
  }

  @Test(arguments: [["help"], ["--help"], ["-h"], ["help", "help"], ["help", "--help"]])
  func `the top-level help lists groups with summaries`(_ words: [String]) throws {
    let help = try #require(tree.outcome(for: words, in: .sample()).help)
    #expect(help.hasPrefix("qctl 1.2.3: Queue and run jobs\n\nExamples:\n  qctl list\n"))
    #expect(help.contains("\nInspect:\n  list            List jobs\n"))
    #expect(help.contains("\n  dlq ...         Look after dead jobs\n"))
    #expect(help.contains("\n  exit-codes      What each status means\n"))
    #expect(!help.contains("__complete"))
  }

  @Test func `topics and groups have help`() {
    #expect(
      tree.outcome("help", "exit-codes").help
        == "exit-codes: What each status means\n\nZero is success.\n")
    let group = tree.outcome("dlq", "--help").help
    #expect(group?.contains("  list            List dead jobs\n") == true)
    #expect(tree.outcome("help", "dlq").help == group)
  }

  @Test func `a topic answers to its other names, and stands behind a command with its name`() {
    #expect(tree.outcome("help", "statuses").help == tree.outcome("help", "exit-codes").help)
    let both = tree.outcome("help", "config").help ?? ""
    #expect(both.hasPrefix("qctl config: Show what is in force\n"))
    #expect(
      both.hasSuffix(
        """

        config: Settings of qctl

        A line is --flag 'value', see qctl help config and qctl help statuses.

        Examples:
            .a
            \\b

            'c' ~ ^ `

            $ qctl list -q emails
            nothing

        See also:
          qctl list

        """))
  }

  @Test(arguments: [20, 40, 60, 80, 300])
  func `no line of prose or flags is wider than the terminal`(_ width: Int) {
    let help = tree.help(for: Sample.list.facts, width: width)
    let widest = help.split(separator: "\n").filter { !$0.contains("qctl list") }.map(\.count).max()
    #expect((widest ?? 0) <= min(max(width, 44), 100))
  }

  private var listHelp: String {
    """
    qctl list: List jobs

    Examples:
      qctl list -q emails --state dead
          Dead jobs of one queue
      qctl list --json | head
          The newest as JSON

    Usage: qctl list [OPTION...] [ID...]

    Shows the newest jobs first, at most as many as --limit says.

        qctl list -q emails
        .hidden 'line'

    - One point about it's.
    - Another, as qctl dlq list does.

    ID                        Names a job. 'Quoted' at \\ a start.

    'Quoted' at the start, and naïve letters.

    Operands:
      ID                      Only these jobs

    Options:
      -n, --limit COUNT       Show at most COUNT jobs (default: 100; also --max)
      -a, --until-empty       Go on until nothing is left
                              Waits --delay between looks.

                                  qctl list -a
          --delay TIME        Wait TIME between looks
          --watch[=TIME]      Look again every TIME
          --order STATE       Put STATE first (one of: ready, active, dead)
          --columns NAME      Show these columns (repeatable)

    Selection:
      -q, --queue QUEUE       Only jobs in QUEUE (repeatable)
          --state STATE       Only jobs in STATE (one of: ready, active, dead;
                              repeatable)
          --error TEXT        Only jobs whose error contains TEXT

    Global options:
          --store PATH        Use the store at PATH (environment: QCTL_STORE)
          --[no-]color        Colour the output (environment: QCTL_COLOR)
          --quiet             Say nothing but the answer (environment: QCTL_QUIET)
      -o, --output FORMAT     Print in FORMAT (default: table)
          --json              Same as -o json
          --yes               Assume yes
      -h, --help              Show this help and exit

    Exit status:
      0     success, even if nothing is listed
      2     usage error

    See also:
      qctl dlq list

    """
  }
}
