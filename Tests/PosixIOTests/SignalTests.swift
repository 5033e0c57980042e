import PosixIO
import TestSupport
import Testing

@Suite("Signals", .serialized)
struct SignalTests {
  @Test("have names")
  func names() throws {
    #expect(Signal.terminate.description == "SIGTERM")
    #expect(Signal(rawValue: 7).description.hasPrefix("SIG"))
    #expect(try #require(Signal.realtime(2)).description == "SIGRTMIN+2")
    #expect(Signal.realtime(1000) == nil)
    #expect(Signal.realtime(-1) == nil)
  }

  @Test("are read as data in the order they came due", arguments: [1, 2, 5] as [Int32])
  func source(offset: Int32) throws {
    let wanted = try #require(Signal.realtime(offset))
    let source = try SignalSource([wanted])
    #expect(try source.next() == nil)
    // Only this thread has it blocked, so it is sent to this thread alone.
    SignalSender.sendToThisThread(wanted)
    #expect(try Poll.wait(for: .read, on: source.rawValue, milliseconds: 60_000) == .read)
    #expect(try source.next() == wanted)
    #expect(try source.next() == nil)
    try source.end()
  }

  @Test("are never sent to everybody by a wrong number", arguments: [0, -1, -5] as [Int32])
  func refusesBroadcast(number: Int32) {
    #expect(throws: SystemError(.invalidArgument, call: "kill")) {
      try Signal(rawValue: 0).send(to: number)
    }
    #expect(throws: SystemError(.invalidArgument, call: "kill")) {
      try Signal(rawValue: 0).send(toGroup: number)
    }
  }

  @Test("can be ignored, and heeded again")
  func dispositions() throws {
    #expect(!Signal.user1.isIgnored)
    try Signal.user1.setDisposition(.ignore)
    #expect(Signal.user1.isIgnored)
    try Signal.user1.setDisposition(.default)
    #expect(!Signal.user1.isIgnored)
    #expect(throws: SystemError.self) { try Signal.kill.setDisposition(.ignore) }
  }

  @Test("end the process as themselves")
  func endsProcess() async {
    await #expect(processExitsWith: .signal(Signal.interrupt.rawValue)) {
      try Signal.interrupt.setDisposition(.ignore)
      try Signal.block([.interrupt])
      Signal.interrupt.endProcess()
    }
  }
}
