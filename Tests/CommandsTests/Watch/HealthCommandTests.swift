import Commands
import Jobs
import Storage
import Testing

/// `qctl health` as monitoring calls it.
@Suite struct HealthCommandTests {
  @Test func `a store without queues is well`() throws {
    let ran = try CommandRig().run("health")
    #expect((ran.status, ran.output) == (0, "QCTL OK - no queue yet\n"))
  }

  @Test func `one line tells that all is well, with every number`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 2)
    let ran = try rig.run("health")
    #expect(ran.status == 0)
    #expect(
      ran.output == """
        QCTL OK - 1 queue, 2 ready, oldest waits 0s | 'emails.age'=0s;~:300;~:3600;0 \
        'emails.ready'=2;~:1000;;0 'emails.dead'=0;~:0;;0 'emails.new_dead'=0;;~:50;0\n
        """)
  }

  @Test func `the worst is told first, and how many others there are`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", 51)
    _ = try rig.bury("reports", 1)
    let ran = try rig.run("health")
    #expect(ran.status == 2)
    #expect(
      ran.output.hasPrefix("QCTL CRITICAL - emails: 51 died in 1h (>50), 2 more | "))
    let more = try rig.run("health", "-v")
    #expect(
      more.output.hasPrefix(
        "QCTL CRITICAL - emails: 51 died in 1h (>50), emails: 51 dead (>0), 1 more | "))
    let all = try rig.run("health", "-vv")
    #expect(all.lines.count > 6)
    #expect(
      all.lines[2]
        == "WARNING dlq - emails: 51 dead (>0). To do: see why: qctl dlq groups -q emails")
    #expect(!all.lines.dropFirst().contains { $0.contains("|") })
    #expect(
      try rig.run("health", "-vvv").lines[1].hasSuffix("qctl dlq groups -q emails [built-in rule]"))
  }

  @Test func `one check has thresholds of its own`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 120)
    let ran = try rig.run("health", "depth", "-q", "emails", "-w", "100", "-c", "500")
    #expect(ran.status == 1)
    #expect(
      ran.output == "QCTL WARNING - emails: 120 ready (>100) | 'emails.ready'=120;100;500;0\n")
    #expect(try rig.run("health", "depth", "-w", "@100:200", "-c", "@120").status == 2)
    #expect(try rig.run("health", "depth", "-w", "~:1000", "-c", "1:").status == 0)
    rig.now = rig.now + .minutes(3)
    let age = try rig.run("health", "oldest-age", "-c", "~:2m")
    #expect(age.status == 2)
    #expect(
      age.output
        == "QCTL CRITICAL - emails: oldest waits 3m (>2m) | 'emails.age'=180s;;~:120;0\n")
  }

  @Test(arguments: [
    ["health", "dept"], ["health", "--stroe", "x"], ["health", "-w", "10"],
    ["health", "depth", "-w", ""], ["health", "depth", "-w", "20:10"], ["health", "-t", "0"],
    ["health", "depth", "-c", "5m"], ["health", "dlq", "--for", "5m"], ["health", "-o", "csv"],
    ["health", "depth", "--in", "5m"], ["health", "-q", ""], ["health", "-t"],
    ["health", "-q", "nope"], ["--nope", "health"], ["health", "store", "-q", "emails"],
    ["health", "--version=1"], ["health", "depth", "age|;\n"], ["--store", "list", "health", "-x"],
  ])
  func `whatever is wrong is UNKNOWN, on standard output`(words: [String]) throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    let ran = try rig.health(words)
    #expect(ran.status == 3)
    #expect(HealthShape.problems(ran.output) == [])
    #expect(ran.output.hasPrefix("QCTL UNKNOWN - "))
  }

  @Test func `a store in trouble is UNKNOWN`() throws {
    let rig = try CommandRig()
    rig.refusal = .corrupt(path: "/a|b;c", detail: "torn\npage")
    let ran = try rig.health(["health"])
    #expect(ran.status == 3)
    #expect(HealthShape.problems(ran.output) == [])
    #expect(ran.output.hasPrefix("QCTL UNKNOWN - /a/b,c is damaged (torn"))
    let object = try rig.health(["health", "--json"])
    #expect(object.output.hasPrefix(#"{"state":"unknown","exit_status":3,"summary":"/a|b;c is"#))
    #expect(try rig.health(["health", "-ocheckmk"]).output.hasPrefix("3 \"qctl\" - /a/b,c"))
  }

  @Test func `help is no failure`() throws {
    #expect(try CommandRig().health(["health", "--help"]).status == 0)
    #expect(try CommandRig().health(["help", "health"]).status == 0)
    #expect(try CommandRig().health(["--version", "health"]).status == 0)
  }

  @Test func `other commands end as they do`() throws {
    #expect(try CommandRig().health(["list", "--nope"]).status == 2)
    #expect(try CommandRig().health(["list", "-q", "health", "--nope"]).status == 2)
    #expect(HealthCall(["enqueue", "-q", "health"]) == nil)
    #expect(HealthCall(["--", "health"]) == nil)
    #expect(HealthCall(["--store", "health"]) == HealthCall(["health"]), "better once too often")
  }

  @Test func `quiet says nothing while all is well`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails")
    #expect(try rig.run("health", "--quiet").output == "")
    rig.now = rig.now + .minutes(6)
    let ran = try rig.run("health", "--quiet")
    #expect(ran.status == 1)
    #expect(ran.lines.count == 1)
  }

  @Test func `a service a queue for Checkmk`() throws {
    let rig = try CommandRig()
    _ = try rig.enqueue("emails", 2)
    _ = try rig.bury("reports", 1)
    let ran = try rig.run("health", "-o", "checkmk")
    #expect(ran.status == 1)
    #expect(
      ran.output == """
        0 "qctl emails" age=0;300;3600|ready=2;1000;|dead=0;0;|new_dead=0;;50 oldest waits 0s, \
        2 ready, 0 dead, 0 died in 1h, nothing ended in 1h
        1 "qctl reports" dead=1;0;|age=0;300;3600|ready=0;1000;|new_dead=1;;50|p99=0.001 \
        1 dead (>0)\n
        """)
  }

  @Test func `one object of JSON`() throws {
    let rig = try CommandRig()
    _ = try rig.bury("emails", 1)
    let ran = try rig.run("health", "dlq", "--json")
    #expect(ran.status == 1)
    #expect(
      ran.output == """
        {"state":"warning","exit_status":1,"summary":"emails: 1 dead (>0)","checks":[\
        {"check":"dlq","subject":"emails","rule":null,"state":"warning","message":"1 dead (>0)",\
        "remedy":"see why: qctl dlq groups -q emails","metrics":[{"name":"dead","value":1,\
        "unit":"","warning":"~:0","critical":null}]}],"left_out":[]}\n
        """)
  }

  @Test func `a long line is cut before its numbers`() throws {
    let rig = try CommandRig()
    let name = String(repeating: "q", count: 64)
    _ = try rig.enqueue(name, 120)
    let ran = try rig.run("health", "depth", "-w", "100")
    #expect(HealthShape.problems(ran.output) == [])
    #expect(ran.output.hasPrefix("QCTL WARNING - \(String(repeating: "q", count: 59))... | "))
  }

  @Test func `with a great many queues the numbers end before Nagios cuts them`() throws {
    let rig = try CommandRig()
    for number in 0..<300 { _ = try rig.enqueue("a-queue-with-a-name-\(number)") }
    let ran = try rig.run("health")
    #expect(HealthShape.problems(ran.output) == [])
    #expect(ran.output.utf8.count < 8192)
  }
}
