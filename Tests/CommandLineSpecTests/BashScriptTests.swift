import CommandLineSpec
import Testing

/// The generated script in a real bash, with a program that answers what it is told.
@Suite(.enabled(if: Scratch.has("bash"))) struct BashScriptTests {
  struct Press: Sendable {
    var line: String
    var words: [String]
    var point: Int?
    var answer: String
    var asked: String
    var reply: [String]
  }

  static let presses = [
    Press(
      line: "qctl list -q e", words: ["qctl", "list", "-q", "e"],
      answer: "emails\tA queue\nerrors\nother\n:4\n", asked: "list|-q|e|",
      reply: ["emails", "errors"]),
    Press(
      line: "qctl list --queue=e", words: ["qctl", "list", "--queue", "=", "e"],
      answer: "--queue=emails\n:4\n", asked: "list|--queue=e|", reply: ["emails"]),
    Press(
      line: "qctl list --queue=", words: ["qctl", "list", "--queue", "="],
      answer: "--queue=emails\n:4\n", asked: "list|--queue=|", reply: ["emails"]),
    Press(
      line: "qctl list a:b", words: ["qctl", "list", "a", ":", "b"],
      answer: "a:bc\na:b=d\n:4\n", asked: "list|a:b|", reply: ["bc", "b=d"]),
    Press(
      line: "qctl list exyz", words: ["qctl", "list", "exyz"], point: 11,
      answer: "emails\n:4\n", asked: "list|e|", reply: ["emails"]),
    Press(
      line: "qctl list ", words: ["qctl", "list", ""],
      answer: "$(touch x)\na b\n;rm\n`touch x`\n:4\n", asked: "list||",
      reply: ["\\$\\(touch\\ x\\)", "a\\ b", "\\;rm", "\\`touch\\ x\\`"]),
    Press(
      line: "qctl list $(touch x)", words: ["qctl", "list", "$(touch x)"],
      answer: "$(touch x)y\n:4\n", asked: "list|$(touch x)|", reply: ["\\$\\(touch\\ x\\)y"]),
    Press(
      line: "qctl `touch x` \"$(touch x)", words: ["qctl", "`touch x`", "\"$(touch x)"],
      answer: ":4\n", asked: "`touch x`|$(touch x)|", reply: []),
    Press(
      line: "qctl \"it's\" 'a b' c\\ d \"e\\\"f\" g",
      words: ["qctl", "\"it's\"", "'a b'", "c\\ d", "\"e\\\"f\"", "g"], answer: "gh\n:6\n",
      asked: "it's|a b|c d|e\"f|g|", reply: ["gh"]),
    Press(
      line: "qctl list 'e", words: ["qctl", "list", "'e"], answer: "emails\ne b\ne's\n:4\n",
      asked: "list|e|", reply: ["emails", "e b"]),
    Press(
      line: "qctl list \"e", words: ["qctl", "list", "\"e"], answer: "e's\ne$\ne\"\n:4\n",
      asked: "list|e|", reply: ["e's"]),
    Press(
      line: "qctl list -t 'mail:w", words: ["qctl", "list", "-t", "'mail:w"],
      answer: "mail:welcome\n:4\n", asked: "list|-t|mail:w|", reply: ["mail:welcome"]),
    Press(
      line: "qctl list a\\:b,e", words: ["qctl", "list", "a\\:b,e"],
      answer: "a:b,emails\n:4\n", asked: "list|a:b,e|", reply: ["a:b,emails"]),
    Press(
      line: "qctl list --store=a", words: ["qctl", "list", "--store", "=", "a"],
      answer: "json\n:8\n", asked: "list|--store=a|", reply: ["a.json"]),
    Press(
      line: "qctl list ", words: ["qctl", "list", ""], answer: "x\n:1\n", asked: "list||",
      reply: []),
    Press(
      line: "qctl list ", words: ["qctl", "list", ""], answer: "", asked: "list||", reply: []),
    Press(
      line: "qctl list ", words: ["qctl", "list", ""], answer: "json\n:8\n", asked: "list||",
      reply: ["dir", "a.json"]),
    Press(
      line: "qctl list ", words: ["qctl", "list", ""], answer: ":16\n", asked: "list||",
      reply: ["dir"]),
  ]

  @Test(arguments: presses.indices, [true, false])
  func `a press of Tab asks with plain words and evaluates nothing`(
    _ index: Int, _ usesPackage: Bool
  ) throws {
    let press = Self.presses[index]
    let package = "/usr/share/bash-completion/bash_completion"
    if usesPackage, Scratch.run("test -e \(package)").status != 0 { return }
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.bashScript)
    try scratch.write("answer", press.answer)
    try scratch.write("a.json", "")
    try scratch.write("b.txt", "")
    let words = press.words.map(\.quotedForShell).joined(separator: " ")
    try scratch.write(
      "test",
      """
      mkdir dir
      \(usesPackage ? ". \(package)" : "")
      . ./script
      qctl() { shift; printf '%s|' "$@" >asked; cat answer; }
      COMP_LINE=\(press.line.quotedForShell) COMP_POINT=\(press.point ?? press.line.utf8.count)
      COMP_WORDS=(\(words)) COMP_CWORD=\(press.words.count - 1)
      _qctl
      printf '%s\\n' "${COMPREPLY[@]}"
      [[ -e x ]] && echo EXECUTED
      """)
    let reply = scratch.shell("bash --norc test").text.split(separator: "\n").map(String.init)
    #expect(reply == press.reply)
    #expect(scratch.shell("cat asked").text == press.asked)
  }

  @Test func `bash finds the syntax sound`() throws {
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.bashScript)
    #expect(scratch.shell("bash -n script").text == "")
  }

  @Test(.enabled(if: Scratch.has("shellcheck")))
  func `shellcheck finds nothing`() throws {
    let scratch = try Scratch()
    try scratch.write("script", Sample.tree.bashScript)
    #expect(scratch.shell("shellcheck script").text == "")
  }
}
