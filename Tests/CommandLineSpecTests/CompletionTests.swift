@testable import CommandLineSpec
import Testing

@Suite struct CompletionTests {
  let tree = Sample.tree

  func completion(_ words: [String], _ current: String) -> Completion {
    tree.completion(after: words, current: current) { kind, prefix in
      switch kind {
      case .queue: ["emails", "errors", "reports"].map { Candidate($0, "queue") }
      case .jobID: [Candidate("7c"), Candidate("3a")]
      default: []
      }
    }
  }

  func values(_ words: [String], _ current: String) -> [String] {
    completion(words, current).candidates.map(\.value)
  }

  @Test(
    arguments: [
      ([], "l", ["list"]), ([], "_", []), (["dlq"], "", ["list"]),
      (["--store", "x"], "m", ["move"]),
      (["help"], "e", ["exit-codes"]), (["help", "dlq"], "", ["list"]), ([], "--st", ["--store"]),
      (["list"], "--li", ["--limit"]), (["list", "--limit", "5"], "--li", []),
      (["list", "-q", "a"], "--que", ["--queue"]), (["list"], "--se", []),
      (["list"], "--no", ["--no-color"]), (["list"], "", ["7c", "3a"]), (["list", "--"], "-", []),
      (["list", "-q"], "e", ["emails", "errors"]), (["list"], "--queue=r", ["--queue=reports"]),
      (["list"], "-qem", ["-qemails"]), (["list", "-q"], "a,em", ["a,emails"]),
      (["list", "-q"], "!re", ["!reports"]),
      (["list", "--state"], "", ["ready", "active", "dead"]),
      (["list", "--limit"], "", []), (["move", "a"], "r", ["reports"]),
      (["move", "a", "b"], "", []),
      (["nope"], "", []), (["list", "--store"], "", []), (["list"], "--hel", ["--help"]),
    ] as [([String], String, [String])])
  func `the word at the cursor may become`(_ words: [String], _ current: String, _ out: [String]) {
    #expect(values(words, current) == out)
  }

  @Test func `the directive says what the shell should do`() {
    #expect(completion([], "l").directive == .noFiles)
    #expect(completion(["list", "--state"], "").directive == [.noFiles, .keepOrder])
    #expect(completion(["list", "--store"], "").directive == [])
    #expect(completion(["work", "--"], "").directive == [])
    #expect(completion(["work", "a"], "-").directive == [])
    #expect(completion(["nope"], "").directive == [.error, .noFiles])
  }

  @Test(
    arguments: [
      ("", ["{id}", "{state}"]), ("{s", ["{state}"]), ("{id} {s", ["{id} {state}"]),
      ("{id}", ["{id}{id}", "{id}{state}"]), ("x}{", ["x}{id}", "x}{state}"]), ("{x", []),
    ])
  func `a template is completed by its fields`(_ text: String, _ out: [String]) {
    let source = CandidateSource(current: text) { kind, _ in
      kind == .template ? [Candidate("id"), Candidate("state")] : []
    }
    let found = source.values(of: .template, text: text, head: "--format=")
    #expect(found.candidates.map(\.value) == out.map { "--format=\($0)" })
    #expect(found.directive == [.noFiles, .keepOrder, .noSpace])
  }

  @Test func `controls are dropped and the count is capped`() {
    let bad = Completion([Candidate("a\n\u{1b}b", "x\ty\u{202e}")], [.noFiles, .noSpace])
    #expect(bad.text == "ab\txy\n:6\n")
    let many = Completion((0..<999).map { Candidate("v\($0)") }, [])
    #expect(many.text.split(separator: "\n").count == 301)
  }
}
