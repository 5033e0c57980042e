import Jobs
import Testing

@Suite struct TagTests {
  @Test(
    "Names of letters, digits and a few marks are accepted",
    arguments: [
      "a", "_", "user_id", "A.b-9", String(repeating: "n", count: 64),
    ])
  func accepted(_ name: String) throws {
    #expect(try Tag(name: name, value: "").name == name)
  }

  @Test(
    "Other names are refused",
    arguments: [
      "", "9a", "-a", ".a", "a b", "a=b", "ä", "a\u{0}", "@a", "[", "{",
      String(repeating: "n", count: 65),
    ])
  func refused(_ name: String) {
    let error = #expect(throws: InvalidValue.self) { try Tag(name: name, value: "v") }
    #expect(error?.field == .tags)
  }

  @Test("Keys that log records use themselves are refused", arguments: LogRecord.keys)
  func reserved(_ name: String) {
    #expect(throws: InvalidValue.self) { try Tag(name: name, value: "v") }
  }

  @Test("A value is any text without NUL, up to 1,024 bytes")
  func values() throws {
    #expect(try Tag(name: "a", value: "x y=\"ä\"\n").value == "x y=\"ä\"\n")
    let longest = String(repeating: "ä", count: 512)
    #expect(try Tag(name: "a", value: longest).value == longest)
    #expect(throws: InvalidValue.self) { try Tag(name: "a", value: longest + "x") }
    #expect(throws: InvalidValue.self) { try Tag(name: "a", value: "x\u{0}") }
  }
}
