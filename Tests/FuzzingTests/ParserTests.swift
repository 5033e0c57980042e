import Fuzzing
import TestSupport
import Testing

@Suite("A parser of outside bytes")
struct ParserTests {
  @Test("reads its examples", arguments: Parser.all)
  func examples(parser: Parser) {
    var trial = Trial(parser)
    for example in parser.examples {
      let failure = trial.judge(example)
      #expect(failure == nil, "\(String(describing: failure))")
    }
    #expect(trial.refused == 0)
  }

  @Test("keeps its promises whatever comes", arguments: Parser.all)
  func promises(parser: Parser) {
    var random = SeededGenerator()
    var trial = Trial(parser)
    let failure = trial.run(Self.executions, &random)
    #expect(failure == nil, "\(String(describing: failure)); \(random.note)")
    #expect(trial.accepted + trial.refused == Self.executions || failure != nil)
  }

  @Test("takes time that grows with the input, not with its square", arguments: Parser.all)
  func long(parser: Parser) {
    var random = SeededGenerator()
    var trial = Trial(parser)
    let failure = trial.runLong(2, &random)
    #expect(failure == nil, "\(String(describing: failure)); \(random.note)")
  }

  private static let executions = 400

  @Test("that breaks a promise is found, and the input made short")
  func flawed() throws {
    let parser = Parser("flawed", examples: ["abc"], words: ["xyz"]) { bytes in
      bytes.contains(UInt8(ascii: "y")) ? .wrong("has a y") : .refused
    }
    var random = SeededGenerator()
    var trial = Trial(parser)
    let failure = try #require(trial.run(10_000, &random))
    #expect(failure.description == "flawed: has a y, of 1 bytes: y", "\(random.note)")
  }

  @Test("is tried on the same inputs again by the same seed")
  func repeatable() {
    let mutator = ByteMutator(examples: [Array("some example".utf8), [1, 2, 3]], words: ["word"])
    var one = SeededGenerator(seed: 7)
    var other = SeededGenerator(seed: 7)
    for _ in 0..<200 { #expect(mutator.next(&one) == mutator.next(&other)) }
  }
}
