import Engine
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("Handlers side by side")
struct ConcurrencyTests {
  @Test("are never more than allowed")
  func limit() throws {
    let script = """
      mkdir -p $SCRATCH/running; : > $SCRATCH/running/$QCTL_JOB_ID
      ls $SCRATCH/running | wc -l >> $SCRATCH/seen; rm $SCRATCH/running/$QCTL_JOB_ID
      """
    let rig = try WorkerRig.shell(script)
    rig.configuration.concurrency = 3
    for _ in 0..<30 { try rig.enqueue() }
    #expect(rig.run().counts.completed == 30)
    let seen = try rig.text("seen").split(separator: "\n").compactMap { Int($0) }
    #expect(seen.count == 30)
    #expect(seen.allSatisfy { $0 <= 3 })
  }

  @Test("do run at the same time")
  func together() throws {
    // Each waits for the other at one end of a FIFO.
    let rig = try WorkerRig.shell(
      "case $QCTL_TYPE in a) echo > $SCRATCH/fifo;; b) read x < $SCRATCH/fifo;; esac")
    rig.configuration.concurrency = 2
    rig.makeFIFO("fifo")
    for name in ["a", "b"] { try rig.enqueue { $0.type = (try? JobType(name)) ?? .default } }
    #expect(rig.run().counts.completed == 2)
  }

  @Test("take from the first queue while it has any")
  func order() throws {
    let rig = try WorkerRig.shell("echo $QCTL_QUEUE >> $SCRATCH/seen")
    let names = try ["low", "high"].map { (name) throws in try QueueName(name) }
    for queue in names { for _ in 0..<2 { try rig.enqueue { $0.queue = queue } } }
    rig.configuration.queues = names.reversed()
    rig.run()
    #expect(try rig.text("seen") == "high\nhigh\nlow\nlow\n")
  }

  @Test("take only the types asked for")
  func types() throws {
    let rig = try WorkerRig(["true"], mode: .once)
    let wanted = try JobType("wanted")
    let other = try rig.enqueue()
    let id = try rig.enqueue { $0.type = wanted }
    rig.configuration.types = [wanted]
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
    #expect(try rig.job(other).job.state == .ready)
  }
}
