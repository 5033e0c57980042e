import Jobs
import Storage
import Testing

/// What goes for ever must be named (conventions.md §1, "Danger").
@Suite struct PurgeConfirmationTests {
  @Test(arguments: [
    ["purge", "-q", "emails"], ["purge", "-q", "emails", "-t", "default"],
    ["purge", "-q", "emails", "--state", "!ready"], ["dlq", "purge", "-q", "emails"],
    ["dlq", "purge", "-q", "emails", "-n", "1"],
  ])
  func `a whole queue needs its name`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails", 2) + rig.bury("other")
    let bare = try rig.run(words + ["--yes"])
    #expect(bare.status == 2)
    #expect(bare.errors.contains("needs --confirm emails"))
    let wrong = try rig.run(words + ["--yes", "--confirm", "email"])
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("expected 'emails', not 'email'"))
    #expect(try rig.states(ids) == [.dead, .dead, .dead])
    #expect(try rig.run(words + ["--confirm", "emails"]).status == 2)
    #expect(try rig.run(words + ["--yes", "--confirm", "emails"]).status == 0)
    #expect(try rig.count("emails", .dead) < 2)
    #expect(try rig.count("other", .dead) == 1)
  }

  @Test(arguments: [["purge"], ["dlq", "purge"]])
  func `everything needs the word all`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails") + rig.bury("other")
    #expect(try rig.run(words + ["--all", "--yes"]).errors.contains("needs --confirm all"))
    #expect(try rig.run(words + ["--all", "--yes", "--confirm", "emails"]).status == 2)
    #expect(try rig.states(ids) == [.dead, .dead])
    #expect(try rig.run(words + ["--all", "--yes", "--confirm", "all"]).status == 0)
    #expect(try rig.states(ids) == [nil, nil])
  }

  @Test(arguments: [
    ["purge", "--older-than", "1d"], ["purge", "-q", "a", "-q", "b"], ["purge", "-q", "!a"],
    ["dlq", "purge", "-q", "a,b"], ["dlq", "purge", "-q", "!a"],
  ])
  func `what no name can confirm is refused`(words: [String]) throws {
    for confirm in [[], ["--confirm", "a"]] {
      #expect(try CommandRig().run(words + ["--yes"] + confirm).status == 2)
    }
  }

  @Test(arguments: [
    ["purge", "--state", "dead"], ["dlq", "purge", "--error", "no"],
    ["purge", "-q", "emails", "--state", "dead", "--confirm", "emails"],
  ])
  func `less than a queue needs no name`(words: [String]) throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails")
    #expect(try rig.run(words + ["--yes"]).status == 0)
    #expect(try rig.states(ids) == [nil])
  }

  @Test func `a name that means nothing is refused, and shown safely`() throws {
    let ran = try CommandRig().run("purge", "--state", "dead", "--yes", "--confirm", "a\u{1b}[31m")
    #expect(ran.status == 2)
    #expect(ran.errors.contains("'a\\x1b[31m'"))
  }

  @Test func `an active job is never purged`() throws {
    let rig = try CommandRig()
    let ids = try rig.enqueue("emails", 2)
    try rig.claim("emails")
    let whole = try rig.run("purge", "-q", "emails", "--confirm", "emails", "--yes")
    #expect(whole.status == 0)
    #expect(try rig.states(ids) == [.active, nil])
    let named = try rig.run("purge", ids[0].description, "--yes")
    #expect(named.status == 1)
    #expect(named.errors.contains("job \(ids[0]) is active and cannot be purged"))
    #expect(try rig.states(ids) == [.active, nil])
  }

  @Test func `only what is dead is purged from the dead letters`() throws {
    let rig = try CommandRig()
    let ids = try rig.bury("emails") + rig.enqueue("emails")
    let ran = try rig.run(["dlq", "purge", "--yes"] + ids.map(\.description))
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(ids[1]) is ready, not dead"))
    #expect(try rig.states(ids) == [nil, .ready])
  }
}
