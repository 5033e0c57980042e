import TestSupport
import Testing
import Text

struct TerminalTextTests {
  @Test(
    "Whatever a terminal may act on is shown as an escape",
    arguments: [
      ("plain text", "plain text"), ("", ""), ("\u{1b}[31mred", #"\x1b[31mred"#),
      ("a\r\n\tb", #"a\x0d\x0a\x09b"#), ("\u{7f}", #"\x7f"#), ("é😀日本", "é😀日本"),
      ("\u{9b}31m", #"\u{9b}31m"#), ("x\u{202e}y\u{2066}", #"x\u{202e}y\u{2066}"#),
      ("\u{61c}\u{200f}", #"\u{61c}\u{200f}"#),
      ("long enough for words \u{0}!", #"long enough for words \x00!"#),
    ])
  func escapes(_ text: String, _ expected: String) {
    #expect(TerminalText.escape(text) == expected)
    #expect(TerminalText.escape(bytes: Array(text.utf8)) == expected)
    var out = ByteBuffer()
    TerminalText.append(text, to: &out)
    #expect(out.text == expected)
  }

  @Test("Bytes that are not UTF-8 are shown one by one")
  func invalid() {
    #expect(TerminalText.escape(bytes: [0x61, 0xFF, 0xE2, 0x82, 0x62]) == #"a\xff\xe2\x82b"#)
    #expect(TerminalText.escape(bytes: [0x9B]) == #"\x9b"#)
  }

  @Test("Captured output keeps its lines and tabs")
  func lines() {
    #expect(TerminalText.escape("a\tb\nc\rd\u{1b}", .lines) == "a\tb\nc\\x0dd\\x1b")
  }

  @Test("Nothing dangerous is left of random bytes")
  func fuzz() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<5_000 {
      let bytes = random.bytes(
        upTo: 40, from: [0xE2, 0x80, 0xAE, 0xC2, 0x9B, 0xD8, 0x9C, 0x1B, 65])
      let shown = TerminalText.escape(bytes: bytes)
      let isSafe = shown.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069,
          0xFFFD:
          false
        default: true
        }
      }
      #expect(isSafe, "seed \(seed): \(bytes)")
    }
  }

  @Test(
    "Text is measured in terminal columns",
    arguments: [
      ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("😀", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2),
      ("❤️", 2), ("❤", 1), ("\u{200b}", 0), ("ﾊ", 1), ("한글", 4), ("…", 1), ("ＡＢ", 4),
      ("e\u{fe0f}", 1),
    ])
  func width(_ text: String, _ columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test(
    "Text too wide is cut with an ellipsis",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abc", 0, ""),
      ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
    ])
  func truncation(_ text: String, _ width: Int, _ expected: String) {
    #expect(DisplayWidth.truncate(text, to: width) == expected)
  }
}
