import Jobs
import Testing

@Suite struct NameTests {
  @Test(
    "Names of letters, digits and a few marks are accepted",
    arguments: [
      "a", "9", "emails", "Mail.Out_2-b", "a.b.c", String(repeating: "x", count: 64),
    ])
  func accepted(_ text: String) throws {
    #expect(try QueueName(text).description == text)
    #expect(try JobType(text).description == text)
  }

  // conventions.md §9: harmless as path components, command words, labels and URL parts.
  @Test(
    "Names that could do harm are refused",
    arguments: [
      "", ".", "..", ".hidden", "-flag", "_x", "a..b", "a b", "a\nb", "a\u{0}b", "ä", "a=b", "a@b",
      "a*", "~", "$x", "a\\b", "a;b",
    ])
  func refused(_ text: String) {
    #expect(throws: InvalidValue.self) { try QueueName(text) }
    #expect(throws: InvalidValue.self) { try JobType(text) }
  }

  @Test("Colon and slash are for types only")
  func typeMarks() throws {
    #expect(try JobType("mail:send/v2").description == "mail:send/v2")
    #expect(throws: InvalidValue.self) { try JobType("/a") }
    #expect(throws: InvalidValue.self) { try JobType(":a") }
    for text in ["a:b", "a/b"] { #expect(throws: InvalidValue.self) { try QueueName(text) } }
  }

  @Test("Names have a longest length")
  func longest() throws {
    #expect(throws: InvalidValue.self) { try QueueName(String(repeating: "x", count: 65)) }
    #expect(try JobType(String(repeating: "x", count: 128)).description.count == 128)
    #expect(throws: InvalidValue.self) { try JobType(String(repeating: "x", count: 129)) }
  }

  @Test("A refusal names its field and quotes nothing")
  func reasons() {
    let queue = #expect(throws: InvalidValue.self) { try QueueName("a\u{1B}[31m") }
    #expect(queue?.field == .queue)
    #expect(queue?.reason.contains("\u{1B}") == false)
    let type = #expect(throws: InvalidValue.self) { try JobType("") }
    #expect(type?.field == .type)
  }

  @Test("Priorities go from 0 to 9")
  func priorities() throws {
    for level in Int64(0)...9 { #expect(try Priority(level).level == level) }
    for level in [-1, 10, .min, .max] as [Int64] {
      #expect(throws: InvalidValue.self) { try Priority(level) }
    }
  }

  @Test("A token is 16 hex digits, either way")
  func tokens() throws {
    for value in [0, 1, -1, .min, .max, 0x0123_4567_89AB_CDEF] as [Int64] {
      let token = LeaseToken(rawValue: value)
      #expect(token.description.utf8.count == 16)
      #expect(try LeaseToken(token.description) == token)
    }
    for text in ["", "0", "+000000000000001", "000000000000000g", "00000000000000001"] {
      #expect(throws: InvalidValue.self) { try LeaseToken(text) }
    }
  }
}
