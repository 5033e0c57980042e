import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("The places for running handlers")
struct SlotsTests {
  private func start(_ slots: inout Slots, _ program: String = "sleep", marked: Bool = false)
    throws -> RunningJob
  {
    let token = try #require(slots.nextToken())
    var job = Job(
      id: try #require(JobID(rawValue: 1)), accepting: NewJob(), now: Instant(milliseconds: 0))
    job.marked = marked
    let request = SpawnRequest(
      executable: try Executable.resolve(program, path: nil),
      arguments: CStringList([program, "1000"]), environment: EnvironmentBlock())
    let claimed = ClaimedJob(
      job: job, lease: Lease(id: job.id, token: LeaseToken(rawValue: 1)), payload: [], tags: [])
    let zero = Tick(nanoseconds: 0)
    let running = RunningJob(
      claimed, token: token, place: 0, child: try ChildProcess.spawn(request), timeout: nil,
      written: 0,
      outputLimit: 10, leaseEnd: zero, started: zero, startedAt: Instant(milliseconds: 0))
    slots.put(running)
    return running
  }

  private func end(_ job: RunningJob) throws {
    try Signal.kill.send(to: job.child.pid)
    let exit = try job.child.exitDescriptor()
    _ = try Poll.wait(for: .read, on: exit.rawValue, milliseconds: 60_000)
    job.reap(at: Tick(nanoseconds: 1))
    #expect(job.isOver)
  }

  @Test("are at least one, and at most what a token can name")
  func bounds() {
    #expect(Slots(count: 0).limit == 1)
    #expect(Slots(count: .max).limit == LoopToken.mostSlots)
    var slots = Slots(count: 1)
    slots.resize(by: -1)
    #expect(slots.limit == 1)
    slots.resize(by: LoopToken.mostSlots)
    #expect(slots.limit == LoopToken.mostSlots)
  }

  @Test("fewer than what runs keep only the next from starting")
  func fewer() throws {
    var slots = Slots(count: 3)
    let jobs = try (0..<3).map { _ in try start(&slots) }
    for _ in 0..<2 { slots.resize(by: -1) }
    #expect(slots.limit == 1 && slots.count == 3 && slots.free == 0)
    #expect(slots.nextToken() == nil)
    #expect(jobs.allSatisfy { slots[$0.token] === $0 })
    try end(jobs[0])
    try end(jobs[1])
    #expect(slots.takeOver().count == 2)
    #expect(slots.count == 1 && slots.free == 0 && slots.nextToken() == nil)
    try end(jobs[2])
    _ = slots.takeOver()
    #expect(slots.isEmpty && slots.free == 1 && slots.nextToken() != nil)
  }

  @Test("are used again, and an event of the former job is nobody's")
  func reuse() throws {
    var slots = Slots(count: 2)
    let first = try start(&slots)
    let second = try start(&slots)
    #expect([first, second].map(\.token.slot) == [0, 1])
    try end(first)
    #expect(slots.takeOver().map(\.token) == [first.token])
    #expect(slots[first.token] == nil)
    let third = try start(&slots)
    #expect(third.token.slot == 0 && third.token != first.token)
    #expect(slots[first.token.with(.output)] == nil)
    #expect(slots[third.token.with(.output)] === third && slots[second.token] === second)
    #expect(slots.running.count == 2)
    try end(second)
    try end(third)
    #expect(slots.takeOver().count == 2)
    slots.resize(by: 1)
    let again = try (0..<3).map { _ in try start(&slots) }
    #expect(Set(again.map(\.token.slot)) == [0, 1, 2])
    for job in again { try end(job) }
  }

  @Test("know of a job that must be alone")
  func alone() throws {
    var slots = Slots(count: 2)
    let plain = try start(&slots)
    #expect(!slots.runsAlone)
    try end(plain)
    _ = slots.takeOver()
    let marked = try start(&slots, marked: true)
    #expect(slots.runsAlone)
    try end(marked)
    _ = slots.takeOver()
    #expect(!slots.runsAlone)
  }
}
