import CommandLineSpec
import Commands
import Testing

@Suite struct TreeTests {
  @Test func `the table of commands is sound`() {
    #expect(QctlTree.tree.problems() == [])
  }

  @Test(arguments: [
    "retry", "cancel", "purge", "pause", "resume", "replay", "dlq list", "dlq groups", "dlq show",
    "dlq replay", "dlq export", "dlq purge", "doctor", "backup", "export", "import", "migrate",
    "edit", "move", "queue list", "queue show", "queue set", "schedule add", "schedule list",
    "schedule show",
    "schedule next", "schedule pause", "schedule resume", "schedule remove", "schedule run",
    "schedule tick", "stats", "metrics", "top",
    "health", "health set", "health list", "health remove", "shell",
  ])
  func `each command explains itself with an example`(path: String) throws {
    let ran = try CommandRig().run(["help"] + path.split(separator: " ").map(String.init))
    #expect(ran.status == 0)
    #expect(ran.output.contains("qctl"))
  }
}
