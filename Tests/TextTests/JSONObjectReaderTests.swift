import TestSupport
import Testing
import Text

struct JSONObjectReaderTests {
  @Test("Members come in order, with the payload as written")
  func members() throws {
    let line = Array(
      #"xx {"queue":"em\u0061ils","payload": { "a" : [1, 2.50] } ,"n":-7,"ok":true}"#.utf8)
    var reader = JSONObjectReader(line, in: 2..<line.count)
    let queue = try #require(try reader.next())
    #expect(queue.key == "queue")
    #expect(reader.string(of: queue) == "emails")
    #expect(reader.utf8(of: queue) == Array("emails".utf8))
    let payload = try #require(try reader.next())
    #expect(payload.kind == .object)
    #expect(String(decoding: reader.slice(of: payload), as: UTF8.self) == #"{ "a" : [1, 2.50] }"#)
    let number = try #require(try reader.next())
    #expect(reader.int64(of: number) == -7)
    let flag = try #require(try reader.next())
    #expect(reader.bool(of: flag) == true)
    #expect(reader.string(of: flag) == nil)
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test("Keys that only look the same are two")
  func alike() throws {
    let names = (0..<20).map { "\"k\($0)\":0," }.joined()
    for more in ["", names] {
      let text = "{\(more)\"\u{e9}\":1,\"e\u{301}\":2}"
      var reader = JSONObjectReader(Array(text.utf8))
      while try reader.next() != nil {}
      #expect(try JSONValue.parse(text).members?.last?.value == .number("2"))
      #expect(throws: JSONError.self) { try JSONValue.parse("{\(more)\"\u{e9}\":1,\"\u{e9}\":2}") }
    }
  }

  @Test(
    "A line that is not one whole object is refused",
    arguments: [
      ("[]", JSONError.Reason.notAnObject), ("", .endOfText), ("{", .endOfText),
      (#"{"a":1"#, .endOfText), (#"{"a":1,}"#, .unexpectedCharacter), (#"{"a":1}x"#, .trailingData),
      ("{} {}", .trailingData), (#"{"a":1,"a":2}"#, .duplicateKey("a")),
      (#"{"a":1]"#, .unexpectedCharacter),
    ])
  func refuses(_ text: String, _ reason: JSONError.Reason) {
    var reader = JSONObjectReader(Array(text.utf8))
    let error = #expect(throws: JSONError.self) { while try reader.next() != nil {} }
    #expect(error?.reason == reason)
  }

  @Test("Places count from the start of the line")
  func places() {
    let bytes = Array("{}\n{\"a\":x}".utf8)
    var reader = JSONObjectReader(bytes, in: 3..<bytes.count)
    let error = #expect(throws: JSONError.self) { try reader.next() }
    #expect(error?.offset == 5)
    #expect(error?.line == 1)
  }

  @Test("Duplicates are found among many keys too")
  func manyKeys() {
    let keys = (0..<100).map { "\"k\($0)\":0" } + ["\"k3\":1"]
    var reader = JSONObjectReader(Array("{\(keys.joined(separator: ","))}".utf8))
    let error = #expect(throws: JSONError.self) { while try reader.next() != nil {} }
    #expect(error?.reason == .duplicateKey("k3"))
  }

  @Test("Reader and scanner agree on random bytes")
  func fuzz() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    let alphabet = Array(#"{}{}[]"":,,1 2ab"#.utf8)
    for _ in 0..<20_000 {
      let bytes = Array("{".utf8) + random.bytes(upTo: 20, from: alphabet)
      var reader = JSONObjectReader(bytes)
      do throws(JSONError) {
        while try reader.next() != nil {}
        #expect(JSONValidation.isValid(bytes), "seed \(seed): \(bytes)")
      } catch {
        if case .duplicateKey = error.reason { continue }
        #expect(!JSONValidation.isValid(bytes), "seed \(seed): \(bytes)")
      }
    }
  }
}
