import Testing
import Text

struct JSONPathTests {
  private static let json = Array(
    #"{"user":{"id":42,"n":"\u0041b"},"items":[{"sku":"x"},{"sku":"y"}],"a":{"b.c":null},"e":{}}"#
      .utf8)

  @Test(
    "Paths lead to values",
    arguments: [
      ("user.id", "42", JSONKind.number), ("user.n", "Ab", .string), ("items[1].sku", "y", .string),
      (#"a."b.c""#, "null", .null), ("e", "{}", .object), ("items[0]", #"{"sku":"x"}"#, .object),
    ])
  func finds(_ path: String, _ text: String, _ kind: JSONKind) throws {
    let match = try #require(try JSONPath.parse(path).find(in: Self.json))
    #expect(match.text == text)
    #expect(match.kind == kind)
  }

  @Test("A string's raw form keeps its escapes")
  func rawForm() throws {
    let match = try JSONPath.parse("user.n").find(in: Self.json)
    #expect(match?.raw == Array(#""\u0041b""#.utf8))
  }

  @Test(
    "Paths that lead nowhere find nothing",
    arguments: [
      "user.x", "items[2]", "items.sku", "user[0]", "user.id.x", "e.a", "x",
    ])
  func findsNothing(_ path: String) throws {
    #expect(try JSONPath.parse(path).find(in: Self.json) == nil)
    #expect(try JSONPath.parse(path).find(in: Array("not json".utf8)) == nil)
  }

  @Test(
    "Malformed paths say where",
    arguments: [
      ("", JSONPathError.empty), ("a..b", .emptyKey(offset: 2)), ("a.", .emptyKey(offset: 2)),
      ("a[x]", .malformedIndex(offset: 1)), ("a[1", .malformedIndex(offset: 1)),
      ("a[-1]", .malformedIndex(offset: 1)),
      ("a[99999999999999999999]", .malformedIndex(offset: 1)),
      (#"a."b"#, .malformedQuotedKey(offset: 2)), ("a]b", .unexpectedCharacter(offset: 1)),
      (#"a"b""#, .unexpectedCharacter(offset: 1)), ("a=b", .unexpectedCharacter(offset: 1)),
    ])
  func malformed(_ path: String, _ expected: JSONPathError) {
    #expect(throws: expected) { try JSONPath.parse(path) }
  }

  @Test("A path leads to the key that it names, not to one that looks like it")
  func alike() throws {
    let text = Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8)
    #expect(try JSONPath.parse("e\u{301}").find(in: text)?.text == "2")
    #expect(try JSONPath.parse("\u{e9}").find(in: text)?.text == "1")
  }

  @Test("A filter splits at the first bare equals sign")
  func filter() throws {
    let (path, value) = try JSONPath.parseFilter(#"a."x=y"=1=2"#)
    #expect(path.steps == [.key("a"), .key("x=y")])
    #expect(value == "1=2")
    #expect(throws: JSONPathError.missingValue) { try JSONPath.parseFilter("a.b") }
    #expect(throws: JSONPathError.empty) { try JSONPath.parseFilter("=1") }
  }
}
