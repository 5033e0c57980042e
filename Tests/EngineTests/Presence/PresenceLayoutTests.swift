import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("The content of a worker's file")
struct PresenceLayoutTests {
  private func header(_ name: String = "worker-1", kind: PresenceHeader.Kind = .worker)
    -> PresenceHeader
  {
    var header = PresenceHeader(
      bootID: Array(1...16), namespace: 4, pid: 5, silence: 6, name: name, kind: kind)
    header.boottime = 7
    header.monotonic = 8
    return header
  }

  private func bytes(_ offset: Int, _ word: Int64) -> [UInt8] {
    var bytes = header().bytes
    withUnsafeBytes(of: word) { bytes.replaceSubrange(offset..<(offset + 8), with: $0) }
    return bytes
  }

  @Test(
    "is read as it was written", arguments: [PresenceHeader.Kind.worker, .standIn], [true, false])
  func roundTrip(kind: PresenceHeader.Kind, isRefused: Bool) {
    var header = header(kind: kind)
    header.isRefused = isRefused
    #expect(header.bytes.count == PresenceHeader.size)
    #expect(PresenceHeader(header.bytes) == header)
    #expect(PresenceHeader(header.bytes + [1, 2, 3]) == header)
  }

  @Test("has its heartbeat and its refusal where other processes write and look for them")
  func places() {
    var header = header()
    header.isRefused = true
    #expect(PresenceHeader.word(header.bytes, Int(PresenceHeader.heartbeatOffset)) == 7)
    #expect(PresenceHeader.word(header.bytes, Int(PresenceHeader.heartbeatOffset) + 8) == 8)
    #expect(PresenceHeader.word(header.bytes, Int(PresenceHeader.refusalOffset)) == 1)
    // Any word but zero refuses, as the handler's own look has it.
    #expect(PresenceHeader(bytes(Int(PresenceHeader.refusalOffset), -1))?.isRefused == true)
  }

  @Test("cuts a name that is too long", arguments: [168, 169, 5000])
  func names(count: Int) {
    let header = header(String(repeating: "n", count: count))
    #expect(header.bytes.count == PresenceHeader.size)
    #expect(PresenceHeader(header.bytes)?.name == String(repeating: "n", count: 168))
  }

  @Test("believes no length of the name", arguments: [.min, -1, 169, 1 << 40, .max] as [Int64])
  func lengths(length: Int64) {
    let name = PresenceHeader(bytes(80, length))?.name
    #expect(name.map { $0.utf8.count <= 168 } == true)
  }

  @Test("is none if it is cut short, has another mark, or is of an unknown kind")
  func strangers() {
    #expect(PresenceHeader([]) == nil)
    #expect(PresenceHeader(Array(header().bytes.dropLast())) == nil)
    #expect(PresenceHeader([UInt8](repeating: 0, count: 4096)) == nil)
    #expect(PresenceHeader(bytes(0, 0x326b_7277_6c74_6371)) == nil)
    for kind in [0, 3, -1, Int64.max] { #expect(PresenceHeader(bytes(72, kind)) == nil) }
  }

  @Test("gives slots as they were written, and leaves out what is none")
  func slots() throws {
    let one = Execution(id: try #require(JobID(rawValue: 9)), attempt: 3)
    let content =
      header().bytes + PresenceSlot.prepared(one) + [UInt8](repeating: 0, count: 64)
      + PresenceSlot.bytes(one, notBefore: 10, pid: 11, boottime: 12) + PresenceSlot.reaped(one)
      + PresenceSlot.prepared(one).dropLast()
    let slots = PresenceSlot.all(in: content)
    #expect(slots.map(\.execution) == [one, one, one])
    #expect(slots.map(\.hasStarted) == [false, true, true])
    #expect(slots.map { $0.process?.pid } == [nil, 11, nil])
    #expect(slots[1].notBefore == 10 && slots[1].process?.boottime == 12)
    #expect(slots[0].notBefore > 0)
    #expect(PresenceSlot.all(in: header().bytes).isEmpty)
    #expect(PresenceSlot.all(in: [1, 2, 3]).isEmpty)
  }

  @Test("may be any bytes at all")
  func anything() {
    var generator = SeededGenerator()
    let alphabet: [UInt8] = [0, 1, 2, 127, 128, 255]
    for _ in 0..<500 {
      var bytes = generator.bytes(upTo: 700, from: alphabet)
      let isHeader = bytes.count >= PresenceHeader.size
      if isHeader { bytes.replaceSubrange(0..<8, with: header().bytes[0..<8]) }
      if isHeader { bytes.replaceSubrange(72..<80, with: header().bytes[72..<80]) }
      let found = PresenceHeader(bytes)
      #expect((found != nil) == isHeader, Comment(rawValue: generator.note))
      let most = max(0, bytes.count - PresenceHeader.size) / PresenceHeader.slotSize
      #expect(PresenceSlot.all(in: bytes).count <= most, Comment(rawValue: generator.note))
    }
  }
}
