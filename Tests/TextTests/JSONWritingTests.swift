import TestSupport
import Testing
import Text

struct JSONWritingTests {
  @Test("Objects are compact, with keys in the order of the calls")
  func compact() {
    var json = JSONWriter()
    json.beginObject()
    json.member("id", "01h")
    json.member("attempt", 3)
    json.key("tags")
    json.beginArray()
    json.null()
    json.bool(false)
    json.double(1.5)
    json.double(.infinity)
    json.endArray()
    json.member("payload", raw: Array(#"{"a": 1}"#.utf8))
    json.key("b64")
    json.base64([0xFF, 0])
    json.endObject()
    json.endLine()
    json.beginObject()
    json.endObject()
    #expect(
      json.buffer.text
        == #"{"id":"01h","attempt":3,"tags":[null,false,1.5,null],"payload":{"a": 1},"b64":"/wA="}"#
        + "\n{}")
  }

  @Test(
    "Whatever a terminal may act on is escaped",
    arguments: [
      ("a\"b\\c", #"a\"b\\c"#), ("\n\r\t\u{8}\u{c}\u{0}\u{1b}", #"\n\r\t\b\f\u0000\u001b"#),
      ("\u{7f}", #"\u007f"#), ("\u{80}\u{9b}\u{9f}", #"\u0080\u009b\u009f"#),
      (
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}",
        #"\u061c\u200e\u200f\u202a\u202e\u2066\u2069"#
      ),
      ("é\u{a0}\u{2028}\u{2070}😀", "é\u{a0}\u{2028}\u{2070}😀"),
      ("12345678\u{7f}abcdefghij", #"12345678\u007fabcdefghij"#),
    ])
  func escapes(_ text: String, _ expected: String) throws {
    var json = JSONWriter()
    json.string(text)
    #expect(json.buffer.text == "\"\(expected)\"")
    #expect(try JSONValue.parse(json.buffer.bytes) == .string(text))
  }

  @Test("A raw value keeps its form but for what is dangerous")
  func raw() {
    var json = JSONWriter()
    json.raw(Array("{ \"a\":\t\"\u{9b}\u{7f}é\\n\u{202e}\",\r\n\"b\" : 1.50 }".utf8))
    #expect(
      json.buffer.text == "{ \"a\":\t\"\\u009b\\u007fé\\n\\u202e\",  \"b\" : 1.50 }")
  }

  @Test("Any string survives writing and reading")
  func roundTrip() throws {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<3_000 {
      let scalars = (0..<Int.random(in: 0...20, using: &random)).map { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x2100, using: &random)) ?? "x"
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      var json = JSONWriter()
      json.string(String(text))
      let value = try JSONValue.parse(json.buffer.bytes)
      #expect(Array((value.string ?? "-").utf8) == Array(String(text).utf8), "seed \(seed)")
    }
  }

  @Test("A tree is written as it was read")
  func tree() throws {
    let text = #"{"a":[1,2.50,"x",null,true,{}],"b":{}}"#
    var json = JSONWriter()
    json.value(try JSONValue.parse(text))
    #expect(json.buffer.text == text)
  }

  @Test("JSON for people is indented")
  func pretty() throws {
    var out = ByteBuffer()
    let text = "{\"a\":[1,{\"b\": \"x,\\\"]\u{9b}\"}],\"c\":[ ],\"d\":{},\"e\":-1.5}"
    try JSONPrettyPrinter.append(text.utf8, to: &out)
    #expect(
      out.text == """
        {
          "a": [
            1,
            {
              "b": "x,\\"]\\u009b"
            }
          ],
          "c": [],
          "d": {},
          "e": -1.5
        }
        """)
    #expect(throws: JSONError.self) { try JSONPrettyPrinter.append("{".utf8, to: &out) }
  }
}
