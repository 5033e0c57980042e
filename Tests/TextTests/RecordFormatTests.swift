import Testing
import Text

struct RecordFormatTests {
  @Test("CSV follows RFC 4180")
  func csv() {
    var csv = CSVWriter()
    csv.field("a,b")
    csv.field("say \"hi\"")
    csv.field("two\nlines")
    csv.field("=1")
    csv.field(decimal: -5)
    csv.field("")
    csv.endRecord()
    csv.field("x")
    csv.endRecord()
    #expect(csv.buffer.text == "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",=1,-5,\r\nx\r\n")
  }

  @Test("CSV for programs that read up to NUL has no line ends of its own")
  func csvWithNull() {
    var csv = CSVWriter(endsWithNull: true)
    csv.field("two\nlines")
    csv.field("b")
    csv.endRecord()
    csv.endRecord()
    #expect(csv.buffer.text == "\"two\nlines\",b\0\0")
  }

  @Test(
    "Safe CSV neutralises formulas",
    arguments: [
      ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"),
      ("\rx", "\"'\rx\""), ("a=1", "a=1"), ("=a,b", "\"'=a,b\""),
    ])
  func safe(_ text: String, _ expected: String) {
    var csv = CSVWriter(isSafe: true)
    csv.field(text)
    #expect(csv.buffer.text == expected)
  }

  @Test("logfmt quotes what needs it")
  func logfmt() {
    var log = LogfmtWriter()
    log.field("event", "failed")
    log.field("error", "no \"route\"\n")
    log.field("a b", "x=y")
    log.field("empty", "")
    log.field("n", 5)
    log.field("ok", true)
    log.field("esc", "\u{1b}é")
    log.endLine()
    #expect(
      log.buffer.text
        == #"event=failed error="no \"route\"\n" a_b="x=y" empty="" n=5 ok=true esc="\u001bé""#
        + "\n")
  }

  @Test("A template prints fields, escapes and braces")
  func template() throws {
    let template = try FormatTemplate.parse(
      #"{id}\t{state}\n\0\\\{x\}"#, known: ["id", "state"])
    var out = ByteBuffer()
    template.render(to: &out) { $0 == "id" ? "1\u{1b}" : "dead" }
    #expect(out.text == "1\\x1b\tdead\n\0\\{x}")
    #expect(template.fields == ["id", "state"])
  }

  @Test("Marks that combine with the letter before hide no brace and no escape")
  func combining() throws {
    let template = try FormatTemplate.parse("{a}\u{301}\\t\u{301}", known: ["a"])
    var out = ByteBuffer()
    template.render(to: &out) { _ in "x" }
    #expect(Array(out.text.utf8) == Array("x\u{301}\t\u{301}".utf8))
  }

  @Test(
    "A template that cannot be used is refused before printing",
    arguments: [
      ("{stat}", FormatTemplateError.unknownField("stat", nearest: ["state"])),
      ("{id", .unclosedBrace),
      ("id}", .strayBrace), (#"\q"#, .unknownEscape("q")), (#"x\"#, .unknownEscape("")),
      ("{}", .unknownField("", nearest: [])),
    ])
  func badTemplate(_ text: String, _ expected: FormatTemplateError) {
    #expect(throws: expected) { try FormatTemplate.parse(text, known: ["id", "state"]) }
  }

  @Test(
    "Decimals are written exactly",
    arguments: [
      0, 9, 10, 99, 100, -1, 1_234_567_890, Int64.max, Int64.min,
    ])
  func decimals(_ value: Int64) {
    var out = ByteBuffer()
    out.append(decimal: value)
    #expect(out.text == String(value))
  }

  @Test("Decimals are padded with zeros")
  func padded() {
    var out = ByteBuffer()
    out.append(decimal: 7, width: 3)
    out.append(decimal: 1234, width: 3)
    #expect(out.text == "0071234")
  }
}
