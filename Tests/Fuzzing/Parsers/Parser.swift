/// What a parser made of an input.
package enum Verdict: Equatable, Sendable {
  /// It read it, and whatever must hold then did.
  case accepted
  /// It refused it, as it should say.
  case refused
  /// A promise is broken: which, in a clause.
  case wrong(String)
}

/// A parser of outside bytes, with all that is needed to try it.
package struct Parser: Sendable, CustomStringConvertible {
  /// Its name.
  package let name: String
  /// Inputs that it must accept, to be changed.
  package let examples: [[UInt8]]
  /// Words of its grammar.
  package let words: [String]
  /// Tries one input.
  package let judge: @Sendable ([UInt8]) -> Verdict

  /// A parser whose examples are texts.
  package init(
    _ name: String, examples: [String], words: [String] = [],
    judge: @escaping @Sendable ([UInt8]) -> Verdict
  ) {
    self.init(name, bytes: examples.map { Array($0.utf8) }, words: words, judge: judge)
  }

  /// A parser whose examples are bytes.
  package init(
    _ name: String, bytes examples: [[UInt8]], words: [String] = [],
    judge: @escaping @Sendable ([UInt8]) -> Verdict
  ) {
    self.name = name
    self.examples = examples
    self.words = words
    self.judge = judge
  }

  /// A parser of texts; what is no UTF-8 comes to it mended, as from the command line.
  package init(
    _ name: String, texts examples: [String], words: [String] = [],
    judge: @escaping @Sendable (String) -> Verdict
  ) {
    self.init(name, examples: examples, words: words) { judge(String(decoding: $0, as: UTF8.self)) }
  }

  package var description: String { name }

  /// Every parser, in the order of the first byte of a stored input of a long run.
  package static let all: [Parser] =
    json + texts + times + values + commandLines + worker + schedules
}
