import MemoryStorage
import Jobs
import Storage
import Testing

@Suite struct DeadLetterTests {
  @Test func `the latest death comes first, with its reason`() throws {
    let rig = try CommandRig()
    let early = try rig.bury("emails", error: "first \u{202e}")
    rig.now = rig.now + .minutes(5)
    let late = try rig.bury("emails", error: "second")
    _ = try rig.enqueue("emails")
    let ran = try rig.run("dlq", "list")
    #expect(ran.status == 0)
    #expect(ran.lines.count == 3)
    #expect(ran.lines[0].hasSuffix("ERROR"))
    #expect(ran.lines[1].hasPrefix(late[0].description))
    #expect(ran.lines[2].hasPrefix(early[0].description))
    #expect(ran.lines[2].contains("first \\u{202e}"))
  }

  @Test(arguments: [["dlq", "list", "--ids"], ["replay", "--dry-run", "--ids"]])
  func `ages count from death`(words: [String]) throws {
    let rig = try CommandRig()
    let old = try rig.bury("emails")
    let slow = try rig.enqueue("emails")
    rig.now = rig.now + .hours(3)
    let claimed = try rig.claim("emails")
    _ = try rig.store.settle(
      claimed.map { Settlement($0.lease, .reject) }, thenClaim: nil, at: rig.now)
    #expect(try rig.run(words + ["--newer-than", "1h"]).lines == slow.map(\.description))
    #expect(try rig.run(words + ["--older-than", "1h"]).lines == old.map(\.description))
  }

  @Test func `a job that is not dead is told`() throws {
    let rig = try CommandRig()
    let (dead, ready) = (try rig.bury("a")[0], try rig.enqueue("b")[0])
    for verb in [["dlq", "list"], ["dlq", "show"]] {
      let ran = try rig.run(verb + [ready.description])
      #expect(ran.status == 1)
      #expect(ran.errors == "qctl: job \(ready) is ready, not dead\n")
      #expect(!ran.output.contains(ready.description))
      #expect(try rig.run(verb + [dead.description]).output.contains(dead.description))
    }
    let both = try rig.run("dlq", "list", dead.description, ready.description, "0000000000001")
    #expect(both.status == 3)
    #expect(both.errors.contains("no job 0000000000001"))
  }
}
