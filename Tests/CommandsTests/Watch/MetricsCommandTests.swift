import Commands
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct MetricsCommandTests {
  @Test func `what happened is counted, and stays counted after a purge`() throws {
    let rig = try CommandRig()
    let dead = try rig.bury("emails", 1)
    _ = try rig.enqueue("emails", 2)
    let before = try rig.run("metrics")
    #expect(before.status == 0)
    #expect(before.errors == "")
    for line in [
      #"qctl_jobs_enqueued_total{queue="emails"} 3"#,
      #"qctl_job_attempts_total{queue="emails",outcome="dead"} 1"#,
      #"qctl_jobs{queue="emails",state="dead"} 1"#,
      #"qctl_job_run_seconds_count{queue="emails"} 1"#,
    ] { #expect(before.lines.contains(line), "\(line)") }
    _ = try rig.run(["purge", "--yes"] + dead.map(\.description))
    let after = try rig.run("metrics")
    #expect(after.lines.contains(#"qctl_jobs{queue="emails",state="dead"} 0"#))
    #expect(after.lines.contains(#"qctl_job_attempts_total{queue="emails",outcome="dead"} 1"#))
  }

  @Test func `a file is put in place whole, for all to read`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let path = rig.scratch.path("qctl.prom")
    let ran = try rig.run("metrics", "--output-file", path)
    #expect(ran == CommandRig.Ran(status: 0, output: "", errors: ""))
    #expect(try rig.text("qctl.prom") == (try rig.run("metrics", "--output-file", "-")).output)
    #expect(try FileSystem.status(of: path).mode == 0o644)
    let names = try FileSystem.entries(of: rig.scratch.path).map(\.name)
    #expect(names.filter { $0.hasPrefix(".qctl-") } == [])
  }

  @Test func `where the store can't be read the old file stays`() throws {
    let stage = try CommandStage()
    try stage.enqueue("emails")
    let path = stage.scratch.path("qctl.prom")
    #expect(try stage.run("metrics", "--output-file", path).status == 0)
    let old = try stage.text("qctl.prom")
    stage.refusal = .busy(path: "queue.db", detail: "held")
    #expect(try stage.run("metrics", "--output-file", path).status == 75)
    #expect(try stage.text("qctl.prom") == old)
  }

  @Test func `only a file is replaced`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let folder = rig.scratch.path("folder")
    try FileSystem.makeDirectory(folder)
    #expect(try rig.run("metrics", "--output-file", folder).status == 73)
    #expect(try rig.run("metrics", "--output-file", "/dev/null").status == 73)
    #expect(try rig.run("metrics", "--output-file", "/nowhere/at/all.prom").status == 73)
  }

  @Test func `a schedule succeeded when its latest job completed`() throws {
    let rig = try CommandRig()
    _ = try rig.run("schedule", "add", "poll", "--every", "10m")
    let line = "qctl_schedule_last_success_timestamp_seconds{schedule=\"poll\"} "
    rig.now = rig.now + .minutes(10)
    _ = try rig.run("schedule", "tick")
    #expect(!(try rig.run("metrics").output.contains(line)))
    let job = try #require(try rig.claim("default").first)
    _ = try rig.store.settle(
      [Settlement(job.lease, .complete(result: nil))], thenClaim: nil, at: rig.now)
    let seconds = rig.now.milliseconds / 1000
    #expect(try rig.run("metrics").lines.contains(line + String(seconds)))
  }
}
