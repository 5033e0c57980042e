import CommandLineSpec
import PosixIO
import TestSupport
import Testing

@testable import Shell

@Suite struct TabCompletionTests {
  private let host = RecordingHost()

  private func answer(_ line: String, raw: String) -> TabCompletion.Answer {
    TabCompletion(host).answer(line, raw: raw)
  }

  @Test func `the only candidate is completed, and a blank follows`() {
    host.candidates = [Candidate("emails"), Candidate("other")]
    let found = answer("list -q em", raw: "em")
    #expect(found == .init(common: "emails", candidates: ["emails"], append: UInt8(ascii: " ")))
    #expect(host.asked == [["list", "-q", "em"]])
  }

  @Test func `several are completed as far as they are the same`() {
    host.candidates = [Candidate("--queue=emails"), Candidate("--queue=email-logs")]
    let found = answer("list --queue=e", raw: "--queue=e")
    #expect(found.common == "--queue=email")
    #expect(found.candidates == ["--queue=email-logs", "--queue=emails"])
    #expect(found.append == nil)
  }

  @Test(arguments: [
    ("list ", "", #"it\'s\ \$\(touch\ x\)"#), ("list 'i", "i", #"it'\''s $(touch x)'"#),
    ("list \"i", "i", #"it's \$(touch x)""#), (#"list it\'"#, #"it\'"#, #"it\'s\ \$\(touch\ x\)"#),
    ("list 'it'\\''s ", "s ", "s $(touch x)'"),
  ])
  func `what is completed is read back as it is`(_ line: String, _ raw: String, _ wanted: String) {
    host.candidates = [Candidate("it's $(touch x)")]
    let found = answer(line, raw: raw)
    #expect(found.common == wanted)
    let whole = line.dropLast(raw.count) + found.common
    #expect(WordSplitter.unfinished(whole + " x").words == ["list", "it's $(touch x)"])
  }

  @Test func `what a terminal would obey is not offered`() {
    host.candidates = [Candidate("a\u{1B}[2J"), Candidate("a\u{202E}b"), Candidate("a\nb")]
    #expect(answer("list a", raw: "a") == .init())
  }

  @Test func `the words of the shell are completed too`() {
    #expect(answer("us", raw: "us").common == "use")
    #expect(answer("use ev", raw: "ev").common == "events")
    #expect(answer("use events ", raw: "").candidates == [])
    #expect(answer("exit ", raw: "").candidates == [])
    host.candidates = [Candidate("list")]
    #expect(answer("watch 2s li", raw: "li").common == "list")
    #expect(answer("watch li", raw: "li").common == "list")
    #expect(answer("repeat 3 li", raw: "li").common == "list")
    #expect(answer("pause x; li", raw: "li").common == "list")
    #expect(answer("# li", raw: "li").candidates == [])
  }

  @Test func `files are completed where files are meant`() throws {
    let scratch = try ScratchDirectory()
    for name in ["a b.txt", "abc", ".hidden"] {
      _ = try FileDescriptor.open(scratch.path(name), .writeOnly, .create)
    }
    try FileSystem.makeDirectory(scratch.path("folder"))
    host.directive = []
    let folder = scratch.path + "/"
    let found = answer("import \(folder)a", raw: "\(folder)a")
    #expect(found.candidates == [#"\#(folder)a\ b.txt"#, "\(folder)abc"])
    let flag = answer("x --file=\(folder)f", raw: "--file=\(folder)f")
    #expect(
      flag == .init(common: "--file=\(folder)folder/", candidates: ["--file=\(folder)folder/"]))
    #expect(answer("source \(folder)abc", raw: "\(folder)abc").append == UInt8(ascii: " "))
    #expect(answer("!cat \(folder)ab", raw: "\(folder)ab").common == "\(folder)abc")
  }
}
