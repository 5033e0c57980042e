import Engine
import Jobs
import PosixIO
import TestSupport
import Testing

@Suite("The payload")
struct PayloadTests {
  @Test("arrives whole on standard input, then comes the end", arguments: [0, 1, 65_536, 262_144])
  func whole(size: Int) throws {
    let rig = try WorkerRig.shell("cat > $SCRATCH/seen", mode: .once)
    var generator = SeededGenerator()
    let payload = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let id = try rig.enqueue(payload)
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
    let seen = try FileSystem.readFile(rig.scratch.path("seen"), limit: 1 << 20)
    #expect(seen == payload, "\(generator.note)")
  }

  @Test(
    "may be left unread", arguments: ["exit 0", "head -c 1 >/dev/null", "exec <&-; sleep 0.01"])
  func unread(script: String) throws {
    let rig = try WorkerRig.shell(script, mode: .once)
    let id = try rig.enqueue([UInt8](repeating: 0x61, count: 262_144))
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
  }

  @Test("and the output, both larger than a pipe, don't wait for each other")
  func bothWays() throws {
    let rig = try WorkerRig.shell("tee /dev/stderr", mode: .once)
    rig.configuration.outputLimit = 1 << 20
    let payload = [UInt8](repeating: 0x62, count: 262_144)
    let id = try rig.enqueue(payload)
    rig.run()
    #expect(try rig.attempt(id).output == payload + [0x0A] + payload)
  }
}
