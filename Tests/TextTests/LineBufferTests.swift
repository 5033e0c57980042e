import TestSupport
import Testing
import Text

@Suite struct LineBufferTests {
  @Test("Lines come out whole however the bytes come in")
  func pieces() {
    var random = SeededGenerator()
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        Int.random(in: 0...4, using: &random) == 0 ? UInt8(ascii: "\n") : UInt8(ascii: "x")
      }
      var buffer = LineBuffer()
      var lines: [[UInt8]] = []
      var rest = text[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...9, using: &random))
        rest = rest.dropFirst(piece.count)
        buffer.append(Array(piece))
        while Bool.random(using: &random), let line = buffer.next() {
          lines.append(Array(buffer.bytes[line]))
        }
      }
      while let line = buffer.next() { lines.append(Array(buffer.bytes[line])) }
      let wanted = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { Array($0) }
      #expect(lines == wanted.dropLast(), "\(random.note)")
      #expect(buffer.waiting == wanted.last?.count, "\(random.note)")
      let last = buffer.rest().map { Array(buffer.bytes[$0]) }
      #expect(last ?? [] == wanted.last, "\(random.note)")
      #expect(buffer.waiting == 0 && buffer.next() == nil && buffer.rest() == nil)
    }
  }
}
