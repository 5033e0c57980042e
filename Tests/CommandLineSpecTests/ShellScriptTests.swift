import CommandLineSpec
import Testing

/// The generated scripts of zsh and fish, where the shells are; what they answer is compared in the
/// scenario on completion.
@Suite struct ShellScriptTests {
  @Test(.enabled(if: Scratch.has("zsh")))
  func `zsh finds the syntax sound`() throws {
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.zshScript)
    #expect(scratch.shell("zsh -n script").text == "")
  }

  @Test(.enabled(if: Scratch.has("fish")))
  func `fish finds the syntax sound`() throws {
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.fishScript)
    #expect(scratch.shell("fish --no-execute script").text == "")
  }

  static let answers: [(answer: String, offers: [String])] = [
    ("emails\tA queue\nerrors\n:4\n", ["emails\tA queue", "errors"]),
    ("zeta\nalpha\n:4\n", ["alpha", "zeta"]),
    ("zeta\nalpha\n:36\n", ["zeta", "alpha"]),
    ("$(touch x)\t`touch x`\n:4\n", ["$(touch x)\t`touch x`"]),
    ("x\n:1\n", []), (":4\n", []), ("", []), ("no directive\n", []),
    // A blank would follow a single candidate: the second, which nobody takes, prevents it.
    ("key:\n:6\n", ["key:", "key:."]),
    ("one\ntwo\n:6\n", ["one", "two"]),
    ("json\n:8\n", ["dir/", "a.json"]), (":16\n", ["dir/"]),
    (":0\n", ["a.json", "answer", "b.txt", "dir/", "script"]),
  ]

  @Test(.enabled(if: Scratch.has("fish")), arguments: answers.indices)
  func `fish does as the directive says`(_ index: Int) throws {
    let (answer, offers) = Self.answers[index]
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.fishScript)
    try scratch.write("answer", answer)
    try scratch.write("a.json", "")
    try scratch.write("b.txt", "")
    let found = scratch.shell(
      """
      mkdir dir
      fish --no-config -c 'function qctl; cat answer; end; source script; complete -C "qctl list "'
      test ! -e x || echo EXECUTED
      """)
    let lines = found.text.split(separator: "\n").map { line in
      String(answer.hasPrefix(":") || answer.hasSuffix(":8\n") ? line.prefix { $0 != "\t" } : line)
    }
    #expect(lines == offers)
  }
}
