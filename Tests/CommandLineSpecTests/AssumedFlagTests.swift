import CommandLineSpec
import Testing

@Suite struct AssumedFlagTests {
  private static let tree = CommandTree<[String]>(
    program: "tool", version: "1", summary: "A tool", sections: ["All"],
    globals: Self.common.map(\.entry),
    entries: [
      .command("list", "List", in: "All") { list.erased },
      .command("show", "Show", in: "All") { show.erased },
      .command("run", "Run", in: "All") { run.erased },
      .group("dead", "Dead", in: "All", [.command("list", "List") { dead.erased }]),
    ])

  private struct Options: Sendable {
    var queues: [String] = []
    var words: [String] = []
    var isQuiet = false
  }

  private static let common: [Flag<Options>] = [.switch("quiet", \.isQuiet, "Quiet")]
  private static let queue: Flag<Options> = .strings(
    "queue", short: "q", "QUEUE", \.queues, "Of QUEUE")

  private static let list = Command<Options, [String]>(
    "list", "List", defaults: Options(), flags: [queue] + common,
    operands: [.many("ID", \.words, "Jobs") { $0 }.completing(.jobID)],
    run: { options, _ in options.queues + ["|"] + options.words })
  private static let dead = Command<Options, [String]>(
    "dead list", "List", defaults: Options(), flags: [queue] + common,
    run: { options, _ in options.queues })
  private static let show = Command<Options, [String]>(
    "show", "Show", defaults: Options(), flags: common, run: { _, _ in [] })
  private static let run = Command<Options, [String]>(
    "run", "Run", defaults: Options(), flags: [queue] + common,
    operands: [.many("WORD", \.words, "Words") { $0 }], run: { options, _ in options.queues })

  @Test(arguments: [
    (["list"], ["list", "--queue=a"]), (["--quiet", "list"], ["list", "--queue=a", "--quiet"]),
    (["list", "-q", "b"], ["list", "-q", "b"]), (["list", "--queue=b"], ["list", "--queue=b"]),
    (["list", "id"], ["list", "id"]), (["list", "--", "id"], ["list", "--", "id"]),
    (["dead", "list"], ["dead", "list", "--queue=a"]), (["show"], ["show"]), (["nope"], ["nope"]),
    (["run", "x", "--quiet"], ["run", "--queue=a", "x", "--quiet"]), ([], []),
    (["run", "--", "-q"], ["run", "--queue=a", "--", "-q"]),
  ])
  func `a flag is assumed where it is not given`(_ words: [String], _ wanted: [String]) {
    let found = Self.tree.words(words, assuming: "queue", "a", unlessNamed: .jobID)
    #expect(found == wanted)
  }
}
