import CommandLineSpec
import Testing

@Suite struct ConfigurationTests {
  let tree = Sample.tree

  @Test func `flags beat the environment, which beats the user's file, the system's and defaults`()
  {
    func store(_ words: [String], _ environment: [String: String], _ user: String, _ system: String)
      -> String?
    {
      let surroundings = Surroundings.sample(user, system: system, environment: environment)
      return tree.outcome(for: ["list"] + words, in: surroundings).action?.list.globals.store
    }
    #expect(store(["--store=f"], ["QCTL_STORE": "e"], "--store u", "--store s") == "f")
    #expect(store([], ["QCTL_STORE": "e"], "--store u", "--store s") == "e")
    #expect(store([], ["QCTL_STORE": ""], "--store u", "--store s") == "u")
    #expect(store([], [:], "", "--store s") == "s")
    #expect(store([], [:], "", "") == "")
  }

  @Test func `a line for one command beats a line for all and touches no other`() {
    let text = "list --limit 7\n--limit 9\n--store everywhere\ndlq list --rate 5/s\n"
    #expect(tree.outcome("list", configuration: text).action?.list.limit == 7)
    #expect(tree.outcome("ls", configuration: text).action?.list.globals.store == "everywhere")
    #expect(tree.outcome("dead", configuration: text).action?.list.watch == "5/s")
    #expect(tree.outcome("move", "a", configuration: text).action?.words == ["a"])
  }

  @Test func `a stronger layer hides a weaker list and keeps a weaker switch order`() {
    let text = "--queue a,b\n--queue c\n--json\n"
    #expect(
      tree.outcome("list", configuration: text).action?.list.filter.queues == ["a", "b", "c"])
    let typed = tree.outcome("list", "-qz", "-o", "csv", configuration: text).action?.list
    #expect(typed?.filter.queues == ["z"])
    #expect(typed?.globals.format == "csv")
  }

  @Test func `a whole command line sets nothing, and is given to who asks for such lines`() throws {
    let name = "work"
    let text = "list --limit 7\n\(name) --limit 3 -- ./run 'a b' --json # x\n\(name) -- ./other\n"
    #expect(tree.outcome("list", configuration: text).action?.list.limit == 7)
    let surroundings = Surroundings.sample(text, system: "", environment: [:])
    let found = try tree.commandLines(for: [name], in: surroundings)
    #expect(
      found == [
        ConfiguredCommand(
          path: "user", number: 2, words: ["--limit", "3", "--", "./run", "a b", "--json"]),
        ConfiguredCommand(path: "user", number: 3, words: ["--", "./other"]),
      ])
    #expect(try tree.commandLines(for: ["list"], in: surroundings) == [])
  }

  @Test func `comments, blank lines, quotes and carriage returns are understood`() {
    let text = "# all\r\n\r\n  --store 'a b'\"\\\"c\"\\ d # store\r\n--no-color\r\n"
    let options = tree.outcome("list", configuration: text).action?.list
    #expect(options?.globals.store == "a b\"c d")
    #expect(options?.globals.color == false)
  }

  @Test(arguments: [
    ("\n--limit 0", "user:2: --limit: '0' is below 1 (1 to 1000000)"),
    ("--lmit 5", "user:1: unknown flag '--lmit'"),
    ("list --lmit 5", "user:1: unknown flag '--lmit'; did you mean '--limit'?"),
    ("lst --limit 5", "user:1: unknown command 'lst'; did you mean 'list'?"),
    ("dlq --json", "user:1: unknown command 'dlq'"),
    ("move --limit 5", "user:1: unknown flag '--limit'"),
    ("--yes", "user:1: --yes is not allowed in a configuration file"),
    ("list --yes", "user:1: --yes is not allowed in a configuration file"),
    ("--force", "user:1: --force is not allowed in a configuration file"),
    ("--confirm=all", "user:1: --confirm is not allowed in a configuration file"),
    ("list -- a", "user:1: expected '--flag value' or 'command --flag value'"),
    ("lst -- a", "user:1: unknown command 'lst'; did you mean 'list'?"),
    ("list", "user:1: expected '--flag value' or 'command --flag value'"),
    ("-n 5", "user:1: expected '--flag value' or 'command --flag value'"),
    ("--store 'x", "user:1: a quote is not closed"),
    ("--store a b", "user:1: unexpected 'b': one flag a line, quote spaces"),
    ("--limit", "user:1: --limit: needs a value, --limit COUNT"),
  ])
  func `a bad line names its file and number`(_ text: String, _ message: String) {
    let refusal = tree.outcome("list", configuration: text).configuration
    #expect(refusal?.message == message)
  }

  @Test func `help needs no configuration`() {
    #expect(tree.outcome("list", "--help", configuration: "--nope").help != nil)
    #expect(tree.outcome("list", "--limit", "0", configuration: "--nope").usage == nil)
  }

  @Test func `a variable is read as its flag would be`() {
    func outcome(_ environment: [String: String]) -> Outcome<Action> {
      tree.outcome(for: ["list"], in: .sample(environment: environment))
    }
    #expect(outcome(["QCTL_COLOR": "no"]).action?.list.globals.color == false)
    #expect(outcome(["QCTL_QUIET": "1"]).action?.list.globals.isQuiet == true)
    #expect(outcome(["QCTL_QUIET": "0"]).action?.list.globals.isQuiet == false)
    let message = outcome(["QCTL_COLOR": "perhaps"]).configuration?.message
    #expect(message?.hasPrefix("QCTL_COLOR: 'perhaps' is none of 1, true") == true)
  }

  @Test func `what is in force can be told with its origin`() throws {
    let surroundings = Surroundings.sample(
      "--queue a\nlist --queue b,c\n", system: "\n--no-color\n",
      environment: ["QCTL_STORE": "e"])
    let rows = try tree.settings(for: ["list", "--until-empty"], in: surroundings)
    func row(_ flag: String) -> Setting? { rows.first { $0.flag == flag } }
    #expect(row("--until-empty")?.value == "true")
    #expect(row("--until-empty")?.origin == .flag)
    #expect(row("--store") == rows.first { $0.origin == .environment("QCTL_STORE") })
    #expect(row("--queue")?.value == "b,c")
    #expect(row("--queue")?.origin == .file(path: "user", line: 2))
    #expect(row("--color")?.value == "false")
    #expect(row("--color")?.origin.text == "sys:2")
    #expect(row("--limit")?.value == "100")
    #expect(row("--limit")?.origin == .default)
    #expect(row("--secret") == nil)
    #expect(try tree.settings(for: [], in: surroundings).map(\.flag).first == "--store")
    #expect(throws: SettingsError.self) { try tree.settings(for: ["nope"], in: surroundings) }
  }

  @Test func `a command can tell its own settings`() {
    let action = tree.outcome("config", "--store", "x", "list").action
    #expect(action?.words == ["list"])
    #expect(action?.settings.first?.value == "x")
    #expect(action?.settings.first?.origin == .flag)
  }

  @Test(arguments: [
    ("a b", ["a", "b"]), ("  a\t'b c' ", ["a", "b c"]), (#"a"b"c\ d"#, ["abc d"]),
    ("''", [""]), ("a#b #c", ["a#b"]), (#""\$\x""#, [#"$\x"#]), ("", []),
    ("$(touch x) *", ["$(touch", "x)", "*"]),
  ])
  func `a line is split as a shell would, expanding nothing`(_ line: String, _ words: [String])
    throws
  {
    #expect(try WordSplitter.split(line[...]) == words)
  }

  @Test(arguments: ["'", "\"a", "a\\", "\"\\"])
  func `an open quote is unfinished`(_ line: String) {
    #expect(throws: WordSplitter.Failure.unfinished) { try WordSplitter.split(line[...]) }
  }
}
