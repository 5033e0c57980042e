import CommandLineSpec
import Testing

@Suite struct ParsingTests {
  let tree = Sample.tree

  @Test(arguments: [
    ["-n5"], ["-n", "5"], ["--limit=5"], ["--limit", "5"], ["--max", "5"], ["-an5"],
    ["--limit", "9", "-n", "5"], ["x", "--limit", "5"],
  ])
  func `a value may be joined, apart, short or long, and the last one wins`(_ words: [String]) {
    #expect(tree.list(["list"] + words)?.limit == 5)
  }

  @Test func `a cluster ends with the flag that takes a value`() {
    let options = tree.list(["list", "-aqemails,reports", "-q", "-x"])
    #expect(options?.untilEmpty == true)
    #expect(options?.filter.queues == ["emails", "reports", "-x"])
  }

  @Test(arguments: [(["--delay", "-5s"], "-5s"), (["--delay", "--"], "--"), (["--delay="], "")])
  func `a required value may begin with a dash or be empty`(_ words: [String], _ value: String) {
    #expect(tree.list(["list"] + words)?.delay == value)
  }

  @Test func `an empty text is a value, not an absence`() {
    #expect(tree.list(["list", "--error", ""])?.filter.error == "")
    #expect(tree.list(["list"])?.filter.error == nil)
  }

  @Test func `a mark that combines with the dash makes another flag`() {
    #expect(tree.list(["list", "--no-\u{301}color"]) == nil)
  }

  @Test func `a refusal that quotes the value shows no control character`() {
    let error = ValueError.malformed("is no time: '\u{1b}[31m\u{202e}'")
    let message = UsageError.badValue(flag: "--x", value: "\u{1b}", error).message
    #expect(message == #"--x: '\x1b' is no time: '\x1b[31m\u{202e}'"#)
    #expect(UsageError.invalid("\n").message == #"\x0a"#)
  }

  @Test func `an optional value comes only after an equals sign`() {
    #expect(tree.list(["list", "--watch", "x"])?.watch == "2s")
    #expect(tree.list(["list", "--watch", "x"])?.filter.ids == ["x"])
    #expect(tree.list(["list", "--watch=9s"])?.watch == "9s")
    #expect(tree.list(["list", "--watch="])?.watch == "")
  }

  @Test func `a switch is negated, and takes no value`() {
    #expect(tree.list(["list", "--color"])?.globals.color == true)
    #expect(tree.list(["list", "--color", "--no-color"])?.globals.color == false)
    #expect(tree.list(["list"])?.globals.color == nil)
    #expect(tree.outcome("list", "--color=x").usage?.message == "--color: takes no value")
    #expect(tree.outcome("list", "--no-quiet").usage != nil)
  }

  @Test func `a list forgets its default and free text keeps its commas`() {
    #expect(tree.list(["list", "--columns", "a,b", "--columns=c"])?.columns == ["a", "b", "c"])
    #expect(tree.list(["list", "--error", "a,b"])?.filter.error == "a,b")
  }

  @Test func `two dashes end options and a lone dash is an operand`() {
    #expect(tree.list(["list", "-", "a", "--", "-n", "--"])?.filter.ids == ["-", "a", "-n", "--"])
  }

  @Test func `constants and scalars follow the order of the line`() {
    #expect(tree.list(["list", "--json", "-o", "csv"])?.globals.format == "csv")
    #expect(tree.list(["list", "-o", "csv", "--json"])?.globals.format == "json")
  }

  @Test func `global flags may stand before the command and inside a group`() {
    #expect(tree.list(["--store", "list", "list", "x"])?.globals.store == "list")
    #expect(tree.outcome("dlq", "--json", "list").action?.list.globals.format == "json")
  }

  @Test func `the handler's words are untouched`() {
    func argv(_ words: String...) -> [String]? {
      tree.outcome(for: ["work"] + words, in: .sample()).action?.words
    }
    #expect(argv("-c2", "--", "a", "--", "-c", "--help") == ["a", "--", "-c", "--help"])
    #expect(argv("a", "-c", "--", "-h") == ["a", "-c", "--", "-h"])
    #expect(argv("--", "-x") == ["-x"])
    #expect(tree.outcome("work").usage?.message == "HANDLER is missing")
  }

  @Test func `a verbatim command takes even help as a word`() {
    #expect(tree.outcome("__complete", "--help", "--", "").action?.words == ["--help", "--", ""])
  }

  @Test func `operands are counted`() {
    #expect(tree.outcome("move", "a").action?.words == ["a"])
    #expect(tree.outcome("move", "a", "b").action?.words == ["a", "b"])
    #expect(tree.outcome("move").usage?.message == "ID is missing")
    #expect(tree.outcome("move", "a", "b", "c").usage?.message == "unexpected operand 'c'")
  }

  @Test func `options that are wrong together are refused`() {
    let outcome = tree.outcome("list", "--delay", "never", "-a")
    #expect(outcome.usage?.message == "--delay never goes ill with --until-empty")
  }

  @Test func `an alias and a second path lead to the same command`() {
    #expect(tree.outcome("ls").action?.name == "list")
    #expect(tree.outcome("dead").action?.name == "dlq list")
  }

  @Test(arguments: [
    (["list", "--limit", "0"], "--limit: '0' is below 1 (1 to 1000000)"),
    (
      ["list", "-n99999999999999999999"],
      "--limit: '99999999999999999999' is above 1000000 (1 to 1000000)"
    ),
    (
      ["list", "-n-99999999999999999999"],
      "--limit: '-99999999999999999999' is below 1 (1 to 1000000)"
    ),
    (["list", "-n="], "--limit: '=' is not a whole number (1 to 1000000)"),
    (["list", "--limit="], "--limit: '' is not a whole number (1 to 1000000)"),
    (["list", "--limit"], "--limit: needs a value, --limit COUNT"),
    (
      ["list", "--order", "deda"],
      "--order: 'deda' is none of ready, active, dead; did you mean 'dead'?"
    ),
    (["dlq", "list", "--rate", "x"], "--rate: 'x' is no rate such as 20/s"),
    (["lst"], "unknown command 'lst'; did you mean 'list' or 'ls'?"),
    (["dlq", "lits"], "unknown command 'lits'; did you mean 'list'?"),
    (["list", "--limt", "5"], "unknown flag '--limt'; did you mean '--limit'?"),
    (["list", "--lim", "5"], "unknown flag '--lim'; did you mean '--limit'?"),
    (["list", "--rate=5/s"], "unknown flag '--rate'; 'qctl dlq list' has it"),
    (["list", "-Z"], "unknown flag '-Z'"),
    (["list", "--x\u{1b}[31m\u{202e}"], "unknown flag '--x\\x1b[31m\\u{202e}'"),
    ([], "no command given"),
    (["dlq"], "'dlq' needs a command"),
    (["--store", "x"], "no command given"),
    (["--", "list"], "unknown command '--'"),
    (["help", "nope"], "unknown command 'nope'; did you mean 'move'?"),
    (["help", "exit-code"], "unknown command 'exit-code'; did you mean 'exit-codes'?"),
    (["help", "list", "x"], "unexpected operand 'x'"),
  ])
  func `what is wrong is said in one line`(_ words: [String], _ message: String) {
    #expect(tree.outcome(for: words, in: .sample()).usage?.message == message)
  }

  @Test func `a prefix is never taken for the whole name`() {
    #expect(tree.outcome("lis").usage != nil)
    #expect(tree.outcome("list", "--until").usage != nil)
  }

  @Test func `a refusal points to the help of its command`() {
    let text = tree.outcome("dlq", "list", "--rate", "x").usage?.text
    #expect(
      text == "qctl: --rate: 'x' is no rate such as 20/s\nTry 'qctl help dlq list'.\n")
  }

  @Test func `no command gives the short usage`() {
    let text = tree.outcome().usage?.text
    #expect(text?.hasPrefix("Usage: qctl COMMAND") == true)
    #expect(text?.contains("list, work, move") == true)
    #expect(text?.contains("__complete") == false)
    #expect(tree.outcome("dlq").usage?.text.hasPrefix("Usage: qctl dlq COMMAND") == true)
  }
}
