import Jobs
import MemoryStorage
import Storage
import TestSupport
import Testing

/// Batches, those who wait for them, the rules for all queues and those of health, on their way into another store.
@Suite struct BatchArchiveTests {
  private let rig: ArchiveRig

  init() throws {
    rig = try ArchiveRig()
    let path = try rig.write("jobs", "{}\n{}\n")
    let made = try rig.run(
      "enqueue", "--store", "/a", "--bulk", path, "--batch", "night", "--then", "summary")
    #expect(made.status == 0, "\(made.errors)")
    let words = ["queue", "set", "--store", "/a", "--all-queues", "--keep-completed", "3d"]
    #expect(try rig.run(words).status == 0)
    #expect(try rig.run(Self.setRule).status == 0)
  }

  private static let setRule =
    "health set --store /a backlog depth -q default -w 50 -c ~:90 --for 5m".split(separator: " ")
    .map(String.init)

  private var rules: Retention {
    var rules = Retention()
    rules.completed = .span(.hours(72))
    return rules
  }

  private func isTheSame() throws {
    let request = BatchPageRequest(size: 9)
    #expect(try rig.b.batches(request) == rig.a.batches(request))
    let batch = try #require(try rig.a.batches(request).first)
    let follower = try #require(batch.follower)
    #expect(try rig.b.job(follower)?.waitsFor == [batch.id])
    #expect(try rig.b.rules() == rules)
    let health = try (rig.a.healthRules(), rig.b.healthRules())
    #expect(health.0.count == 1 && health.1 == health.0)
  }

  @Test func `they go through an archive`() throws {
    let path = rig.scratch.path("all.ndjson")
    #expect(try rig.run("export", "--store", "/a", "--output-file", path).status == 0)
    let imported = try rig.run("import", path, "--store", "/b")
    #expect(
      imported.status == 0
        && imported.errors.contains("1 set of rules for all queues, 1 rule of health"))
    try isTheSame()
    #expect(try rig.run("import", path, "--store", "/b").status == 0)
    try isTheSame()
  }

  @Test func `other rules that are there are left alone`() throws {
    let path = rig.scratch.path("all.ndjson")
    #expect(try rig.run("export", "--store", "/a", "--output-file", path).status == 0)
    let words = ["queue", "set", "--store", "/b", "--all-queues", "--keep-dead", "1d"]
    #expect(try rig.run(words).status == 0)
    let before = try rig.b.rules()
    let imported = try rig.run("import", path, "--store", "/b")
    #expect(imported.status == 3 && imported.errors.contains("the rules for all queues are others"))
    #expect(try rig.b.rules() == before)
  }

  @Test func `a rule of health whose name is taken is left alone`() throws {
    let path = rig.scratch.path("all.ndjson")
    #expect(try rig.run("export", "--store", "/a", "--output-file", path).status == 0)
    #expect(try rig.run("health", "set", "--store", "/b", "backlog", "dlq").status == 0)
    let before = try rig.b.healthRules()
    let imported = try rig.run("import", path, "--store", "/b")
    #expect(imported.status == 3 && imported.errors.contains("rule of health backlog was left"))
    #expect(try rig.b.healthRules() == before)
  }

  @Test func `they are moved with their jobs`() throws {
    let ran = try rig.run("migrate", "--from", "/a", "--to", "/b")
    #expect(ran.status == 0 && ran.errors.contains("1 batch"), "\(ran.errors)")
    try isTheSame()
  }

  @Test func `the last line counts every kind`() throws {
    let last = try #require(try rig.run("export", "--store", "/b").lines.last)
    #expect(
      last.hasPrefix(
        #"{"kind":"end","queue":0,"batch":0,"job":0,"request":0,"minute":0,"log":0,"schedule":0,"#
          + #""rules":0,"health":0,"sha256":""#))
  }
}
