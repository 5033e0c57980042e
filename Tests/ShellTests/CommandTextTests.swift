import CommandLineSpec
import Testing

@testable import Shell

@Suite struct CommandTextTests {
  private func commands(_ text: String) throws -> [CommandText.Command] {
    var text = CommandText(text)
    var found: [CommandText.Command] = []
    while let command = try text.next() { found.append(command) }
    return found
  }

  @Test func `each command knows the line that it begins in`() throws {
    let found = try commands("# nothing\na; b\n\n  c 'x\ny' z\n!ls; pwd\n\\q\nd \\\ne\nf")
    #expect(found.map(\.line) == [2, 2, 4, 6, 7, 8, 10])
    #expect(
      found.map(\.item) == [
        .words(["a"]), .words(["b"]), .words(["c", "x\ny", "z"]), .escape("ls; pwd"),
        .words(["exit"]), .words(["d", "e"]), .words(["f"]),
      ])
  }

  @Test func `a line that is not finished asks for the next`() throws {
    var text = CommandText("list 'a")
    #expect(text.unfinishedLine == 1)
    #expect(throws: WordSplitter.Failure.unfinished) { try text.next() }
    text.append("b' \\")
    #expect(text.unfinishedLine == 1)
    text.append("c")
    #expect(text.unfinishedLine == nil)
    #expect(try text.next()?.item == .words(["list", "a\nb", "c"]))
    #expect(try text.next() == nil)
  }

  @Test(
    arguments: [
      ("", [], "", .none), ("li", [], "li", .none), ("list ", ["list"], "", .none),
      ("a; list -q", ["list"], "-q", .none), ("list 'a b", ["list"], "a b", .single),
      (#"list "a'b"#, ["list"], "a'b", .double), (#"list a\ b"#, ["list"], "a b", .none),
      ("a\nb c", ["b"], "c", .none), ("list x'y z", ["list"], "xy z", .single),
    ] as [(String, [String], String, WordSplitter.Quote)])
  func `the word at the cursor is known`(
    _ text: String, _ words: [String], _ current: String, _ quote: WordSplitter.Quote
  ) {
    let found = WordSplitter.unfinished(text[...])
    #expect(found.words == words)
    #expect(found.current == current)
    #expect(found.quote == quote)
    #expect(!found.isComment)
  }

  @Test func `a comment is no place for a word`() {
    #expect(WordSplitter.unfinished("list # -q").isComment)
    #expect(!WordSplitter.unfinished("list # -q\nli").isComment)
  }
}
