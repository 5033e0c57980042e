import Jobs
import TestSupport
import Testing

@Suite struct ErrorTextTests {
  @Test("A short text is kept whole")
  func short() {
    let longest = String(repeating: "x", count: ErrorText.longest)
    for text in ["", "boom", longest] { #expect(ErrorText.capped(text) == text) }
  }

  @Test("Of a long one the end is kept, and no character is cut")
  func long() {
    var random = SeededGenerator()
    let letters = ["x", "ä", "€", "😀", "e\u{301}", "\n"]
    for _ in 0..<500 {
      let text = (0..<1500).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
      let capped = ErrorText.capped(text)
      let count = capped.utf8.count
      #expect(count <= ErrorText.longest && count > ErrorText.longest - 4, "\(random.note)")
      #expect(text.utf8.suffix(count).elementsEqual(capped.utf8), "\(random.note)")
    }
  }
}
