import CommandLineSpec
import Text

extension Parser {
  static let texts: [Parser] = [template, base64, terminal, splitter]

  private static let template = Parser(
    "template", texts: [#"{id}\t{state}\n"#, #"a \{ \\ {type} \}"#],
    words: ["{", "}", "\\", "{id}", "{nope}", "\\t"]
  ) { text in
    do throws(FormatTemplateError) {
      let template = try FormatTemplate.parse(text, known: ["id", "state", "type"])
      var out = ByteBuffer()
      template.render(to: &out) { _ in "\u{1b}[0m\n" }
      let isTold = !out.text.contains("\u{1b}[0m\n") || text.contains("\u{1b}[0m\n")
      return .accepted(if: isTold, "a field is not escaped")
    } catch { return .refused(saying: error.description) }
  }

  private static let base64 = Parser(
    "base64", examples: ["", "aGVsbG8=", "AAECAw==", "/+8A"], words: ["=", "==", "A", "+"]
  ) { bytes in
    guard let decoded = Base64.decode(bytes) else { return .refused }
    let again = Array(Base64.encode(decoded).utf8)
    return .accepted(if: again == bytes, "encoded again, it differs")
  }

  private static let terminal = Parser(
    "text for a terminal", examples: ["plain", "é \u{1b}[31mred\u{9b}", "a\tb\nc"]
  ) { bytes in
    let line = TerminalText.escape(bytes: bytes, .line)
    guard Verdict.isClean(line) else { return .wrong("escaped, it still has controls") }
    guard DisplayWidth.of(line) >= 0 else { return .wrong("its width is below zero") }
    let text = String(decoding: bytes, as: UTF8.self)
    guard isValidUTF8(bytes) == text.utf8.elementsEqual(bytes) else {
      return .wrong("what is UTF-8 is not what it is elsewhere")
    }
    var writer = LogfmtWriter()
    writer.field(text, text)
    return .accepted(if: Verdict.isClean(writer.buffer.text), "a log line has controls")
  }

  private static let splitter = Parser(
    "words", texts: [#"list --state 'a b' "c \" d" e\ f # rest"#, "a\t\"\" ''", "enqueue -q x"],
    words: ["'", "\"", "\\", "#", " ", "\\\"", ";", "\n", "\\\n"]
  ) { text in
    do throws(WordSplitter.Failure) {
      // Where the cursor is can always be told.
      _ = WordSplitter.unfinished(text[...])
      var rest = text[...]
      while try WordSplitter.nextCommand(of: &rest) != nil {}
      let words = try WordSplitter.split(text[...])
      let quoted = words.map {
        "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
          + "'"
      }
      let again = try WordSplitter.split(quoted.joined(separator: " ")[...])
      let isSame = again.count == words.count && zip(again, words).allSatisfy { $0.isSame(as: $1) }
      return .accepted(if: isSame, "quoted and split again, the words differ")
    } catch { return .refused }
  }
}
