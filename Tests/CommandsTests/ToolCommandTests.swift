import CommandLineSpec
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing
import Text

@testable import Commands

@Suite struct ToolCommandTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  private func configure(_ text: String, system: Bool = false) throws {
    let folder = system ? rig.scratch.path("etc/qctl") : rig.scratch.path("home/.config/qctl")
    try FileSystem.makeDirectories(folder)
    try FileSystem.replaceFile(folder + "/config", with: Array(text.utf8))
  }

  private func setting(_ flag: String, _ words: String...) throws -> String? {
    try rig.run(["config"] + words + ["--format", "{flag} {value} {origin}"]).lines
      .first { $0.hasPrefix("--\(flag) ") }
  }

  // MARK: config

  @Test func `the strongest layer wins and is named`() throws {
    let user = rig.scratch.path("home/.config/qctl/config")
    #expect(try setting("store") == "--store $XDG_DATA_HOME/qctl/queue.db default")
    try configure("# machine\n--store /machine.db\n", system: true)
    #expect(try setting("store") == "--store /machine.db \(rig.scratch.path("etc/qctl/config")):2")
    try configure("--store /user.db\n")
    #expect(try setting("store") == "--store /user.db \(user):1")
    rig.environment["QCTL_STORE"] = "/variable.db"
    #expect(try setting("store") == "--store /variable.db QCTL_STORE")
    #expect(try setting("store", "--store", "/word.db") == "--store /word.db command line")
  }

  @Test func `a line for one command shows at that command only`() throws {
    try configure("list --utc\nwork --grace 5m\n")
    #expect(try setting("utc", "list")?.hasPrefix("--utc true ") == true)
    #expect(try setting("grace", "work")?.hasPrefix("--grace 5m ") == true)
    #expect(try setting("utc", "queues") == "--utc  default")
  }

  @Test func `settings are rows in JSON too`() throws {
    let found = try members(try rig.run("config", "--json").lines[0])
    #expect(found.map(\.key) == ["flag", "value", "origin"])
    #expect(rig.intents.isEmpty)
  }

  @Test func `an unknown command and a wrong file have their own status`() throws {
    #expect(try rig.run("config", "lst").status == 2)
    try configure("--yes\n")
    let refused = try rig.run("config")
    #expect(refused.status == 78)
    #expect(refused.errors.contains("config:1: --yes is not allowed"))
  }

  // MARK: completion

  @Test func `the script of each shell is printed`() throws {
    #expect(try rig.run("completion", "bash").output == QctlTree.tree.bashScript)
    #expect(try rig.run("completion", "zsh").output == QctlTree.tree.zshScript)
    #expect(try rig.run("completion", "fish").output == QctlTree.tree.fishScript)
    #expect(try rig.run("completion", "csh").status == 2)
    #expect(try rig.run("completion").status == 2)
  }

  private func complete(_ words: String...) throws -> [String] {
    let result = try rig.run(["__complete"] + words)
    #expect(result.status == 0)
    #expect(result.errors == "")
    return result.lines
  }

  @Test func `live names come from the store, read-only`() throws {
    let old = try rig.enqueue("emails", type: "welcome")
    rig.now = rig.now + .seconds(1)
    let new = try rig.enqueue("errors", type: "report")
    #expect(try complete("list", "-q", "e") == ["emails\t1 ready", "errors\t1 ready", ":4"])
    #expect(try complete("list", "--queue=em") == ["--queue=emails\t1 ready", ":4"])
    #expect(
      try complete("show", "") == [
        "\(new)\tready errors report", "\(old)\tready emails welcome", ":36",
      ])
    #expect(try complete("work", "-t", "") == ["report", "welcome", ":4"])
    #expect(try complete("list", "--state", "de") == ["dead", ":4"])
    #expect(Set(rig.intents.map { "\($0)" }) == ["read"])
  }

  @Test func `an id is found by its beginning, however old it is`() throws {
    let old = try rig.enqueue("emails")
    rig.now = rig.now + .hours(1)
    for _ in 0..<60 { try rig.enqueue() }
    let beginning = String(old.description.prefix(9))
    #expect(try complete("show", beginning) == ["\(old)\tready emails default", ":36"])
    #expect(try complete("show", "zz") == [":36"])
    #expect(try complete("show", "7z") == [":36"])
  }

  @Test func `a command is offered the jobs that it takes`() throws {
    _ = try rig.enqueue("emails")
    #expect(try complete("dlq", "show", "") == [":36"])
    #expect(try complete("complete", "") == [":36"])
    #expect(try complete("cancel", "").count == 2)
  }

  @Test(
    arguments: [
      (["list", "--format", "{st"], "{state}"), (["queues", "--format", "{pau"], "{paused}"),
      (["config", "dlq", "li"], "list"), (["help", "health", "s"], "set"),
      (["list", "--priority", "0"], "0"), (["tail", "-p", "w"], "warning"),
      (["tail", "--event", "!lease_l"], "!lease_lost"), (["health", "rem"], "remove"),
      (["schedule", "next", "--tz", "Europe/Berl"], "Europe/Berlin"),
    ] as [([String], String)])
  func `a value is offered where it can stand`(_ words: [String], _ value: String) throws {
    let result = try rig.run(["__complete"] + words)
    let values = result.lines.dropLast().map { $0.split(separator: "\t").first.map(String.init) }
    #expect(values.contains(value), "\(result.lines)")
  }

  @Test func `no zone is offered from outside of the folder of zones`() throws {
    for text in ["../", "/etc/", "Europe/../", "posix/"] {
      #expect(try complete("schedule", "add", "--tz", text) == [":4"])
    }
  }

  @Test func `at most fifty recent ids are offered`() throws {
    for _ in 0..<60 { try rig.enqueue() }
    #expect(try complete("show", "").count == 51)
  }

  @Test func `the store that the words name is asked`() throws {
    rig.environment["QCTL_STORE"] = "/variable.db"
    _ = try complete("list", "-q", "")
    _ = try complete("list", "--store", "/word.db", "-q", "")
    _ = try complete("--store=/global.db", "list", "-q", "")
    #expect(
      rig.locations == ["/variable.db", "/word.db", "/global.db"].map { .sqlite(path: $0) })
  }

  @Test func `every failure is silent`() throws {
    rig.refusal = .missing(path: "/q.db")
    #expect(try complete("list", "-q", "") == [":4"])
    #expect(try complete("nope", "") == [":5"])
    #expect(try complete("list", "--nope", "x", "-").last == ":4")
    rig.refusal = .corrupt(path: "/q.db", detail: "x")
    #expect(try complete("show", "") == [":36"])
    try configure("--yes\n")
    #expect(try complete("list", "-q", "") == [":4"])
  }

  @Test func `hidden commands are not offered, and no word is one empty word`() throws {
    let names = try complete("").map { $0.split(separator: "\t").first.map(String.init) ?? "" }
    #expect(names.contains("work"))
    #expect(!names.contains("__complete"))
    #expect(!names.contains("generate"))
    #expect(try complete() == complete(""))
  }

  @Test func `nothing is offered for the handler`() throws {
    #expect(try complete("work", "--", "") == [":0"])
    #expect(try complete("work", "--", "./x", "--qu") == [":0"])
  }

  // MARK: generate

  @Test func `the manual and the scripts are written with the release's date`() throws {
    let folder = rig.scratch.path("out")
    #expect(try rig.run("generate", "--output-directory", folder).status == 0)
    #expect(try rig.text("out/completions/qctl.bash") == QctlTree.tree.bashScript)
    #expect(try rig.text("out/completions/_qctl") == QctlTree.tree.zshScript)
    #expect(try rig.text("out/completions/qctl.fish") == QctlTree.tree.fishScript)
    #expect(
      try rig.text("out/man/qctl-work.1")
        .hasPrefix(".TH QCTL\\-WORK 1 \(QctlTree.releaseDate) \"qctl \(QctlTree.version)\""))
    for place in QctlTree.tree.commands {
      let name = (["qctl"] + place.make().facts.path).joined(separator: "-")
      let page = "\(folder)/man/\(name).1"
      #expect(FileSystem.exists(page) == !place.entry.isHidden, "\(page)")
    }
    #expect(try FileSystem.status(of: folder + "/man/qctl.1").mode == 0o644)
  }

  @Test func `SOURCE_DATE_EPOCH sets the date`() throws {
    rig.environment["SOURCE_DATE_EPOCH"] = "86400"
    _ = try rig.run("generate", "--output-directory", rig.scratch.path("out"))
    #expect(try rig.text("out/man/qctl.1").hasPrefix(".TH QCTL 1 1970-01-02 "))
    rig.environment["SOURCE_DATE_EPOCH"] = "tomorrow"
    #expect(try rig.run("generate", "--output-directory", rig.scratch.path("x")).status == 78)
  }

  @Test func `a folder that cannot be made is status 73`() throws {
    #expect(try rig.run("generate", "--output-directory", "/dev/null/x").status == 73)
  }

  @Test(arguments: [["mandoc", "-T", "lint", "-W", "warning"], ["lexgrog"]])
  func `the pages pass the manual's own checks`(_ tool: [String]) throws {
    guard (try? Executable.resolve(tool[0], path: EnvironmentBlock.value("PATH"))) != nil else {
      print("skipped: \(tool[0]) is not installed")
      return
    }
    _ = try rig.run("generate", "--output-directory", rig.scratch.path("out"))
    let pages = Manual.pages(date: "2026-01-31").map { rig.scratch.path("out/man/\($0.fileName)") }
    #expect(pages.count > 10)
    let result = try ProcessRunner.run(tool[0], Array(tool.dropFirst()) + pages)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  // MARK: the table

  @Test(arguments: [
    "work", "claim", "renew", "complete", "fail", "tail", "capabilities", "doctor", "config",
    "completion",
  ])
  func `nothing is wrong with the command in the table`(_ name: String) throws {
    #expect(QctlTree.tree.command(at: [name])?.facts.path == [name])
    #expect(QctlTree.tree.problems().filter { $0.hasPrefix("\(name):") } == [])
    #expect(try rig.run("help", name).status == 0)
    #expect(QctlTree.tree.command(at: [name])?.facts.exits.isEmpty == false)
  }
}
