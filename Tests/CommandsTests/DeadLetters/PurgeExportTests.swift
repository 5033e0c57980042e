import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing
import Text

@testable import Commands

/// `dlq export`, and `dlq purge --export`, which removes what it has written and nothing else.
@Suite struct PurgeExportTests {
  let rig: ArchiveRig
  private let file: String

  init() throws {
    rig = try ArchiveRig()
    file = rig.scratch.path("dead.ndjson")
  }

  private func bury(_ count: Int, error: String = "no") throws -> [JobID] {
    try (0..<count).map { _ in
      let id = try rig.add { $0.payload = [0, 255] }
      try rig.settle(rig.claim(), .reject) { $0.error = error }
      return id
    }
  }

  private func purge(_ words: String...) throws -> ArchiveRig.Ran {
    try rig.run(["dlq", "purge", "--store", "/a", "--yes", "--export", file] + words)
  }

  private func jobs() throws -> [String] { body(try rig.text("dead.ndjson")) }

  @Test func `only dead jobs are exported, whole`() throws {
    let ids = try bury(3)
    try rig.add()
    let ran = try rig.run("dlq", "export", "--store", "/a", "--output-file", file)
    #expect(ran.errors == "qctl: exported 3 jobs\n")
    #expect(try rig.run("import", "--store", "/b", file).status == 0)
    for id in ids { #expect(try rig.a.job(id) == rig.b.job(id)) }
    #expect(try jobs().count == 3)
  }

  @Test func `a job that is not dead is named, not exported`() throws {
    let alive = try rig.add()
    let ran = try rig.run("dlq", "export", "--store", "/a", alive.description)
    #expect(ran.status == 1)
    #expect(ran.errors.contains("job \(alive) is ready, not dead"))
    #expect(body(ran.output).isEmpty)
  }

  @Test func `what is purged is in the file, comes back whole, and nobody else reads it`() throws {
    let ids = try bury(5)
    let others = try bury(1, error: "other")
    let before = try ids.map { try rig.a.job($0) }
    let ran = try purge("--error", "no")
    #expect(ran.status == 0)
    #expect(
      ran.errors == "qctl: exported 5 dead jobs to \(file)\nqctl: purged 5 dead jobs\n")
    #expect(try ids.allSatisfy { try rig.a.job($0) == nil })
    #expect(try rig.a.job(others[0]) != nil)
    #expect(try FileSystem.status(of: file).mode & 0o777 == 0o600)
    #expect(try rig.run("import", "--store", "/a", file).status == 0)
    #expect(try ids.map { try rig.a.job($0) } == before)
  }

  @Test func `a file that is there is never replaced, and nothing is purged`() throws {
    let ids = try bury(2)
    _ = try rig.write("dead.ndjson", "mine")
    let ran = try purge("--error", "no")
    #expect(ran.status == 73)
    #expect(ran.errors.contains("is there already and is not replaced"))
    #expect(try rig.text("dead.ndjson") == "mine")
    #expect(try rig.a.job(ids[0]) != nil)
  }

  @Test func `a file that can't be written purges nothing`() throws {
    let ids = try bury(2)
    let ran = try rig.run(
      "dlq", "purge", "--store", "/a", "--yes", "--error", "no", "--export", "/nowhere/x")
    #expect(ran.status == 73)
    #expect(ran.errors.hasSuffix("; nothing was purged\n"))
    #expect(try rig.a.job(ids[0]) != nil)
  }

  @Test func `standard output is no place for the only copy`() throws {
    #expect(
      try rig.run("dlq", "purge", "--all", "--confirm", "all", "--yes", "--export", "-").status == 2
    )
  }

  @Test func `a job that is taken up between export and purge stays`() throws {
    let ids = try bury(3)
    let (a, now) = (rig.a, rig.now)
    rig.beforeApply = { (request) throws(StorageError) in
      let item = PlanItem(id: ids[1], state: .dead, attempt: 1)
      _ = try a.apply(ApplyRequest(.replay(at: nil), [item], actor: "b", reason: nil, now: now))
    }
    let ran = try purge("--error", "no")
    #expect(ran.status == 3)
    #expect(ran.errors.contains("job \(ids[1]) is ready meanwhile and was left alone"))
    #expect(try rig.a.job(ids[1]) != nil)
    #expect(try jobs().count == 3)
  }

  @Test func `a job that is no longer as planned is neither exported nor purged`() throws {
    let ids = try bury(3)
    let (a, now) = (rig.a, rig.now)
    rig.beforeJobs = { () throws(StorageError) in
      let item = PlanItem(id: ids[2], state: .dead, attempt: 1)
      _ = try a.apply(ApplyRequest(.purge, [item], actor: "b", reason: nil, now: now))
    }
    let ran = try purge("--error", "no")
    #expect(ran.status == 3)
    #expect(ran.errors.contains("no job \(ids[2])"))
    #expect(ran.errors.contains("purged 2 dead jobs; 1 missing"))
    #expect(try jobs().count == 2)
  }

  @Test func `stopped while it writes, it leaves all as it was`() throws {
    let ids = try bury(2)
    rig.isAskedToStop = { true }
    let ran = try purge("--error", "no")
    #expect(ran.status == 130)
    #expect(ran.errors == "qctl: stopped: nothing was exported or purged\n")
    #expect(!FileSystem.exists(file))
    #expect(try rig.a.job(ids[0]) != nil)
  }

  @Test func `stopped while it purges, it says that the rest needs another file`() throws {
    _ = try bury(300)
    var asked = 0
    rig.isAskedToStop = {
      asked += 1
      return asked > 3
    }
    let ran = try purge("--error", "no")
    #expect(ran.errors.contains("exported 300 dead jobs"))
    #expect(
      ran.errors.contains(
        "stopped: purged 200 dead jobs; 100 dead jobs remain. "
          + "Run the same command again with another file for --export for the rest"))
  }

  @Test func `a dry run writes no file`() throws {
    let ids = try bury(1)
    #expect(try purge("--error", "no", "--dry-run").status == 0)
    #expect(!FileSystem.exists(file))
    #expect(try rig.a.job(ids[0]) != nil)
  }
}
