import Engine
import Jobs
import PosixIO
import TestSupport
import Testing

@testable import struct Engine.StreamCapture

@Suite("What a handler says")
struct OutputTests {
  @Test("is kept, standard output first")
  func both() throws {
    let rig = try WorkerRig.shell("echo wrong >&2; printf right", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.attempt(id).output == Array("right\nwrong\n".utf8))
  }

  @Test("is kept only at its ends when it is much, and costs no memory")
  func much() throws {
    let script = "echo first; head -c 50000000 /dev/zero; echo last"
    let rig = try WorkerRig.shell(script, mode: .once)
    let id = try rig.enqueue()
    let before = try residentBytes()
    rig.run()
    let output = try #require(try rig.attempt(id).output)
    #expect(output.count < 65_536 + 100)
    #expect(output.starts(with: Array("first\n".utf8)))
    #expect(output.suffix(6) == Array("\0last\n".utf8)[...])
    let text = String(decoding: output, as: UTF8.self)
    let missing = 50_000_011 - 65_536
    #expect(text.contains("\n… \(missing) bytes left out …\n"))
    #expect(try residentBytes() - before < 20 << 20)
  }

  private func residentBytes() throws -> Int {
    let fields = try FileSystem.readFile("/proc/self/statm", limit: 4096).split(separator: 0x20)
    return try #require(Int(String(decoding: fields[1], as: UTF8.self))) * 4096
  }

  @Test("is cut the same in whatever pieces it comes")
  func pieces() {
    var generator = SeededGenerator()
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { UInt8($0 & 0xFF) }
      let limit = Int.random(in: 0...100, using: &generator)
      var capture = StreamCapture(limit: limit)
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...80, using: &generator))
        piece.withUnsafeBytes { capture.append($0) }
        rest = rest.dropFirst(piece.count)
      }
      var expected = bytes
      if bytes.count > limit {
        let line = Array("\n… \(bytes.count - limit) bytes left out …\n".utf8)
        expected = bytes.prefix(limit / 2) + line + bytes.suffix(limit - limit / 2)
      }
      #expect(capture.bytes == expected, "\(generator.note)")
    }
  }

  @Test(
    "at its end becomes the error",
    arguments: [
      ("echo a >&2; echo b >&2; echo >&2", "a\nb"),
      ("printf 'a\\000b\\377' >&2", "a\u{FFFD}b\u{FFFD}"),
      ("echo out", "exit status 1"),
    ])
  func error(script: String, expected: String) throws {
    let rig = try WorkerRig.shell(script + "; exit 1", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.error == expected)
  }

  @Test("is cut at a character's edge for the error")
  func edge() throws {
    let script = "i=0; while [ $i -lt 600 ]; do printf € >&2; i=$((i+1)); done; exit 1"
    let rig = try WorkerRig.shell(script, mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.error == String(repeating: "€", count: 341))
  }

  @Test("is not waited for when only a grandchild could still say it")
  func grandchild() throws {
    let rig = try WorkerRig.shell("sleep 600 & echo $!", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
    let output = String(decoding: try rig.attempt(id).output ?? [], as: UTF8.self)
    let sleeper = try #require(Int32(output.dropLast()))
    // It outlives its handler's success: only handlers that are stopped take their group along.
    #expect(try ProcessTable.entry(sleeper) != nil)
    try Signal.kill.send(to: sleeper)
  }
}
