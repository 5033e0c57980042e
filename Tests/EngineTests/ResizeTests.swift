import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A signal to a worker at work")
struct ResizeTests {
  @Test("lets one handler more run at a time")
  func more() throws {
    // Each waits for the other at one end of a FIFO.
    let meeting = try MeetingRig(
      "case $QCTL_TYPE in a) echo > $SCRATCH/fifo;; b) read x < $SCRATCH/fifo;; esac")
    meeting.rig.makeFIFO("fifo")
    for name in ["a", "b"] {
      let type = try JobType(name)
      try meeting.enqueue { $0.type = type }
    }
    meeting.rig.configuration.poll = TimeSpan(milliseconds: 1)...TimeSpan(milliseconds: 1)
    let report = try meeting.run { event in
      guard case .started(let job) = event, job.type.description == "a" else { return }
      meeting.signals.send(Signal.moreHandlers)
    }
    #expect(report.counts.completed == 2)
    #expect(meeting.events.contains(.concurrency(2)))
  }

  @Test("lets one less run, though never none, and ends none that runs")
  func fewer() throws {
    let meeting = try MeetingRig(
      """
      echo s >> $SCRATCH/lines; [ $QCTL_TYPE = slow ] && read x < $SCRATCH/$QCTL_JOB_ID
      echo e >> $SCRATCH/lines
      """)
    meeting.rig.configuration.concurrency = 2
    let slow = try JobType("slow")
    let first = try (0..<2).map { _ in try meeting.enqueue { $0.type = slow } }
    for _ in 0..<3 { try meeting.enqueue() }
    for id in first { meeting.rig.makeFIFO(id.description) }
    var changes: [Int] = []
    let report = try meeting.run { event in
      if case .started = event, meeting.started() == first {
        for _ in 0..<2 { meeting.signals.send(Signal.fewerHandlers) }
      }
      guard case .concurrency(let limit) = event else { return }
      changes.append(limit)
      if changes.count == 2 { for id in first { meeting.rig.release(id.description) } }
    }
    #expect(changes == [1, 1])
    #expect(report.counts.completed == 5)
    // The first two may speak in any order; each of the others only when nobody else runs.
    let lines = try meeting.rig.text("lines").filter { $0 != "\n" }
    #expect(lines.prefix(4).sorted() == ["e", "e", "s", "s"])
    #expect(lines.dropFirst(4) == "sesese")
  }

  @Test(
    "of hanging up, without a terminal, has it look for its program anew", arguments: [true, false])
  func reload(signals: Bool) throws {
    let meeting = try MeetingRig("")
    let scratch = meeting.rig.scratch
    for (folder, text) in [("new", "new"), ("old", "old")] {
      try FileSystem.makeDirectory(scratch.path(folder), mode: 0o700)
      try FileSystem.replaceFile(
        scratch.path(folder + "/handle"),
        with: Array("#!/bin/sh\necho \(text) >> $SCRATCH/said\n".utf8))
    }
    try FileSystem.setPermissions(scratch.path("old/handle"), 0o700)
    meeting.rig.configuration.handler = CStringList(["handle"])
    meeting.rig.configuration.environment = EnvironmentBlock([
      "PATH": scratch.path("new") + ":" + scratch.path("old") + ":/usr/bin:/bin",
      "TMPDIR": scratch.path, "SCRATCH": scratch.path,
    ])
    meeting.rig.configuration.group = 1
    for _ in 0..<2 { try meeting.enqueue() }
    try meeting.run { event in
      guard case .started = event, meeting.started().count == 1 else { return }
      try? FileSystem.setPermissions(scratch.path("new/handle"), 0o700)
      if signals { meeting.signals.send(.hangUp) }
    }
    #expect(try meeting.rig.text("said") == (signals ? "old\nnew\n" : "old\nold\n"))
    #expect(meeting.events.contains(.reloaded(nil)) == signals)
  }

  @Test("of hanging up keeps the program it has where no other is found")
  func nothingFound() throws {
    let meeting = try MeetingRig("")
    let scratch = meeting.rig.scratch
    try FileSystem.symbolicLink(scratch.path("handle"), to: "/bin/true")
    meeting.rig.configuration.handler = CStringList([scratch.path("handle")])
    try meeting.enqueue()
    let report = try meeting.run { event in
      guard case .started = event else { return }
      try? FileSystem.unlink(scratch.path("handle"))
      meeting.signals.send(.hangUp)
    }
    #expect(report.counts.completed == 1)
    #expect(
      meeting.events.contains {
        if case .reloaded(let error) = $0 { error?.code == .noSuchFile } else { false }
      })
  }
}
