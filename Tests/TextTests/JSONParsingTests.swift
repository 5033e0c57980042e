import TestSupport
import Testing
import Text

struct JSONParsingTests {
  @Test(
    "What RFC 8259 allows is read",
    arguments: [
      ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
      ("-0.5e+10", .number("-0.5e+10")), ("0", .number("0")),
      (#""a\u00e9\n\ud83d\ude00\/""#, .string("aé\n😀/")), ("[]", .array([])),
      ("[1 , [2]]", .array([.number("1"), .array([.number("2")])])),
      ("{}", .object([])),
      (
        #"{"b":1,"a":"x"}"#,
        .object([
          JSONMemberValue(key: "b", value: .number("1")),
          JSONMemberValue(key: "a", value: .string("x")),
        ])
      ),
    ])
  func reads(_ text: String, _ value: JSONValue) throws {
    #expect(try JSONValue.parse(text) == value)
    #expect(JSONValidation.isValid(text.utf8))
  }

  @Test(
    "What RFC 8259 forbids is refused, with the reason",
    arguments: [
      ("", JSONError.Reason.endOfText), ("01", .malformedNumber), ("1.", .endOfText),
      ("1.x", .malformedNumber), ("-", .endOfText), ("+1", .unexpectedCharacter),
      ("nul", .endOfText), ("nulL", .unexpectedCharacter), ("[1,]", .unexpectedCharacter),
      ("{\"a\":1,}", .unexpectedCharacter), ("{a:1}", .unexpectedCharacter),
      ("[1 2]", .unexpectedCharacter), ("1 2", .trailingData), ("\"\\x\"", .malformedEscape),
      ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00x\"", .loneSurrogate),
      ("\"\\ud800\\u0041\"", .loneSurrogate), ("\"\\u12g4\"", .malformedEscape),
      ("\"a\tb\"", .controlCharacter), ("\"abc", .endOfText), ("[", .endOfText),
      ("[}", .unexpectedCharacter), ("{\"a\"}", .unexpectedCharacter),
      ("NaN", .unexpectedCharacter),
      ("\u{FEFF}1", .unexpectedCharacter),
    ])
  func refuses(_ text: String, _ reason: JSONError.Reason) {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    #expect(error?.reason == reason)
    #expect(!JSONValidation.isValid(text.utf8))
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
    ] as [[UInt8]])
  func refusesBadUTF8(_ bytes: [UInt8]) {
    let text = [0x22] + bytes + [0x22]
    let error = #expect(throws: JSONError.self) { try JSONValidation.check(text) }
    #expect(error?.reason == .invalidUTF8)
    #expect(!isValidUTF8(bytes))
    #expect(String(validUTF8: bytes) == nil)
  }

  @Test("A trouble is placed by offset, line and column")
  func placesTrouble() {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse("{\n \"a\": tru\n}") }
    #expect(error?.offset == 11)
    #expect(error?.line == 2)
    #expect(error?.column == 10)
  }

  @Test("Duplicate keys are refused where we interpret and allowed in payloads")
  func duplicateKeys() {
    let text = #"{"a":1,"\u0061":2}"#
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    #expect(error?.reason == .duplicateKey("a"))
    #expect(JSONValidation.isValid(text.utf8))
  }

  @Test("Nesting is allowed to the limit and no further", arguments: [1, 63, 64, 65, 128, 512])
  func depth(_ limit: Int) throws {
    let fits = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(JSONValidation.isValid(fits.utf8, maximumDepth: limit))
    _ = try JSONValue.parse(fits, maximumDepth: limit)
    let over = "{\"a\":" + fits + "}"
    #expect(!JSONValidation.isValid(over.utf8, maximumDepth: limit))
    let error = #expect(throws: JSONError.self) {
      try JSONValue.parse(over, maximumDepth: limit)
    }
    #expect(error?.reason == .tooDeep(limit: limit))
    let mixed = String(repeating: "{\"a\":[", count: 200) + String(repeating: "]}", count: 200)
    #expect(JSONValidation.isValid(mixed.utf8))
    #expect(!JSONValidation.isValid((mixed.dropLast(2) + "}]").utf8))
  }

  @Test("Random bytes never trap, and parser and scanner agree")
  func fuzz() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    let alphabet = Array(#"{}[]",:\u0123456789dDaAbBeE+-.tru flsn "#.utf8)
    for _ in 0..<20_000 {
      let bytes = random.bytes(upTo: 30, from: alphabet)
      let parsed = Result { try JSONValue.parse(bytes) }
      let scanned = Result { try JSONValidation.check(bytes, maximumDepth: 64) }
      guard case .failure(let failure) = parsed else {
        #expect((try? scanned.get()) != nil, "seed \(seed): \(bytes)")
        continue
      }
      if case .duplicateKey = (failure as? JSONError)?.reason { continue }
      #expect((try? scanned.get()) == nil, "seed \(seed): \(bytes)")
    }
  }

  @Test(
    "Integers are read exactly or not at all",
    arguments: [
      ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("-0", 0), ("1.0", nil),
      ("1e3", nil), ("", nil), ("-", nil), ("99999999999999999999", nil),
    ] as [(String, Int64?)])
  func integers(_ text: String, _ value: Int64?) {
    #expect(JSONNumber.int64(text.utf8) == value)
  }
}
