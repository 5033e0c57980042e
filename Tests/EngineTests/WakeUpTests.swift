import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("An idle worker that looks for work once an hour")
struct WakeUpTests {
  @Test("starts a job at once when the bell is rung")
  func bell() throws {
    let meeting = try MeetingRig("true")
    var claims = 0
    meeting.watched.afterClaim = { _ in
      claims += 1
      if claims == 1 {
        _ = try? meeting.enqueue()
        meeting.ring()
      }
      return nil
    }
    #expect(try meeting.run().counts.completed == 1)
  }

  @Test("looks a few times when its store's files are touched, since the change may show later")
  func files() throws {
    let meeting = try MeetingRig("true", mode: .forever)
    var claims = 0
    meeting.watched.beforeClaim = { _ in
      claims += 1
      if claims == 1 { meeting.touch() }
      if claims == 4 { _ = try? meeting.enqueue() }
    }
    let report = try meeting.run { event in
      if case .finished = event { meeting.signals.send(.terminate) }
    }
    #expect(report.counts.completed == 1)
    #expect(claims == 4)
  }

  @Test("hears the bell also where it was missing, and where it is made anew")
  func noBell() throws {
    let meeting = try MeetingRig("true", mode: .forever)
    let watch = try StoreWatch(meeting.place)
    let epoll = try Epoll()
    watch.renew()
    watch.listen(to: [.bell], epoll)
    meeting.ring()
    #expect(try epoll.wait(milliseconds: 60_000).map(\.token) == [LoopToken.bell.rawValue])
    watch.drain(.bell)
    #expect(try epoll.wait(milliseconds: 0).isEmpty)
    try FileSystem.unlink(meeting.place.bell)
    watch.renew()
    watch.drain(.bell)
    meeting.ring()
    #expect(try epoll.wait(milliseconds: 60_000).map(\.token) == [LoopToken.bell.rawValue])
  }

  @Test("is told of what happened while it did not listen, once")
  func catchesUp() throws {
    let meeting = try MeetingRig("true")
    try FileSystem.makeDirectory(meeting.place.workers, mode: 0o700)
    let watch = try StoreWatch(meeting.place)
    let epoll = try Epoll()
    watch.renew()
    watch.listen(to: [.workers], epoll)
    for _ in 0..<3 {
      meeting.ring()
      meeting.touch()
    }
    #expect(try epoll.wait(milliseconds: 0).isEmpty)
    watch.listen(to: [.bell, .files, .workers], epoll)
    let tokens = Set(try epoll.wait(milliseconds: 60_000).map(\.token))
    #expect(tokens == [LoopToken.bell.rawValue, LoopToken.files.rawValue])
    watch.drain(.bell)
    watch.drain(.files)
    #expect(try epoll.wait(milliseconds: 0).isEmpty)
    try FileSystem.replaceFile(meeting.place.workers + "/x", with: [])
    #expect(try epoll.wait(milliseconds: 60_000).map(\.token) == [LoopToken.workers.rawValue])
  }

  @Test("listens only to what it would act upon")
  func sources() throws {
    let meeting = try MeetingRig("true")
    let session = try meeting.session()
    #expect(session.sources == [.bell, .files, .workers])
    session.jobLooks.begin(at: session.clock.monotonic())
    #expect(session.sources == [.bell, .workers])
    session.jobLooks.end()
    session.isQuiet = true
    #expect(session.sources == [.workers])
    session.isQuiet = false
    session.ending = .finished
    #expect(session.sources == [.workers])
    session.ending = nil
    try meeting.enqueue()
    let claimed = try meeting.rig.memory.claim(
      ClaimRequest(queues: [.default], worker: "w", now: meeting.now))
    let now = session.clock.monotonic()
    session.waiting = claimed.map { Waiting(claimed: $0, since: now, leaseEnd: now) }
    #expect(session.sources == [.workers])
    try? session.control.remove()
  }
}

@Suite("A series of looks")
struct LookSeriesTests {
  private func tick(_ microseconds: Int64) -> Tick { Tick(nanoseconds: microseconds * 1000) }

  @Test("is close together at first, then wider, and ends after 30 ms")
  func pauses() {
    var series = LookSeries()
    series.begin(at: tick(0))
    var looks: [Tick] = []
    while let next = series.next {
      let isEarly = series.takeDue(Tick(nanoseconds: next.nanoseconds - 1))
      #expect(!isEarly)
      let isDue = series.takeDue(next)
      #expect(isDue)
      looks.append(next)
    }
    #expect(looks == [300, 1000, 3000, 10_000, 30_000].map { tick($0) })
    let isDue = series.takeDue(tick(1 << 40))
    #expect(!isDue)
  }

  @Test("does not begin again while it is under way")
  func again() {
    var series = LookSeries()
    series.begin(at: tick(0))
    _ = series.takeDue(tick(300))
    series.begin(at: tick(500))
    #expect(series.next == tick(1000))
  }

  @Test("begins anew after its end")
  func anew() {
    var series = LookSeries()
    series.begin(at: tick(0))
    series.end()
    #expect(series.next == nil)
    series.begin(at: tick(50))
    #expect(series.next == tick(350))
  }

  @Test("that is looked at late goes on from there")
  func late() {
    var series = LookSeries()
    series.begin(at: tick(0))
    _ = series.takeDue(tick(5000))
    #expect(series.next == tick(5700))
  }
}
