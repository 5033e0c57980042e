import CommandLineSpec
import Testing

@Suite struct TableTests {
  @Test func `the sample table is sound`() {
    #expect(Sample.tree.problems() == [])
  }

  struct Bad: Sendable {
    var text = ""
    var isOn = false
  }

  static let bad = Command(
    "bad", "Is bad in many ways.", defaults: Bad(),
    flags: [
      .string("one", short: "x", "A", \.text, "One"), .string("one", "B", \.text, "Two"),
      .string("three", short: "x", "", \.text, String(repeating: "long ", count: 20)),
      .switch("four", \.isOn, "Four").completing(.choices(["a b"])),
      .switch("no-five", \.isOn, "Five"), .switch("five", negatable: true, \.isOn, "Five"),
    ],
    prose: ["Refers to \(flag: "nothing") and \(command: "nowhere")."],
    examples: [Example("qctl bad --six", "Fails")], seeAlso: ["nobody"], run: { _ in 0 })

  static let tree = CommandTree<Int>(
    program: "qctl", version: "1", summary: "S", sections: ["A"],
    topics: [
      Topic(
        "lost", "Is lost.", seeAlso: ["nowhere"],
        ["See \(command: "help nothing").", .code("qctl bad --seven\nno call")])
    ],
    entries: [
      .command("bad", "Is bad in many ways.", in: "A") { bad.erased },
      .command("bad", "Is bad", in: "B") { bad.erased },
    ])

  @Test(arguments: [
    "qctl: 'bad' names two things", "bad: in no section of the help",
    "bad: --one: '--one' names two flags", "bad: --three: '-x' names two flags",
    "bad: --three: summary over 72 columns", "bad: --four: a switch with values",
    "bad: --four: choice 'a b' is not safe in a shell",
    "bad: --five: '--no-five' names two flags",
    "bad: refers to no flag '--nothing'", "bad: refers to no command 'nowhere'",
    "bad: see also names no command 'nobody'",
    "bad: example: unknown flag '--six': qctl bad --six",
    "help lost: refers to no command 'help nothing'", "help lost: summary ends with a full stop",
    "help lost: see also names no command 'nowhere'",
    "help lost: unknown flag '--seven': qctl bad --seven",
    "bad: the tree and the command sum it up differently", "bad: summary ends with a full stop",
  ])
  func `a fault in the table is found`(_ problem: String) {
    #expect(Self.tree.problems().contains(problem))
  }

  @Test func `running one command builds no other`() {
    let tree = CommandTree<Int>(
      program: "qctl", version: "1", summary: "S", sections: [],
      entries: [
        .command("bad", "Is bad") { Self.bad.erased },
        .command("never", "Is never built") {
          Issue.record("built without need")
          return Self.bad.erased
        },
      ])
    guard case .run = tree.outcome(for: ["bad"], in: .sample("--one x")) else {
      Issue.record("not run")
      return
    }
  }
}
