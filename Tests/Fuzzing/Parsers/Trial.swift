import Glibc
package import TestSupport
import Text

/// Tries one parser on many inputs.
package struct Trial {
  /// An input that broke a promise.
  package struct Failure: CustomStringConvertible, Sendable {
    let parser: String
    let input: [UInt8]
    let clause: String

    package var description: String {
      "\(parser): \(clause), of \(input.count) bytes: \(TerminalText.escape(bytes: input.prefix(300)))"
    }
  }

  /// How many inputs were read.
  package private(set) var accepted = 0
  /// How many inputs were refused.
  package private(set) var refused = 0
  private let parser: Parser

  /// A trial of a parser.
  package init(_ parser: Parser) { self.parser = parser }

  /// More thread time for one input is a hang, in seconds: the usual is far below a thousandth.
  private static let longest = 5.0

  /// Tries so many changed examples; gives the first failure, made as short as it can be.
  package mutating func run(_ count: Int, _ random: inout SeededGenerator) -> Failure? {
    let mutator = ByteMutator(examples: parser.examples, words: parser.words)
    for _ in 0..<count {
      if let failure = judge(mutator.next(&random)) { return shortened(failure) }
    }
    return nil
  }

  /// Tries long inputs in which one part repeats, so that work that grows in squares shows.
  package mutating func runLong(_ count: Int, _ random: inout SeededGenerator) -> Failure? {
    let parts = parser.examples + parser.words.map { Array($0.utf8) }
    for _ in 0..<count {
      guard let part = parts.randomElement(using: &random), !part.isEmpty else { continue }
      let start = parser.examples.randomElement(using: &random) ?? []
      let repeated = repeatElement(part, count: 60_000 / part.count).joined()
      if let failure = judge(start + repeated) { return failure }
    }
    return nil
  }

  /// Tries one input.
  package mutating func judge(_ input: [UInt8]) -> Failure? {
    let start = Self.seconds()
    let verdict = parser.judge(input)
    let spent = Self.seconds() - start
    guard spent < Self.longest else { return failure(input, "took \(spent) s of the processor") }
    switch verdict {
    case .accepted: accepted += 1
    case .refused: refused += 1
    case .wrong(let clause): return failure(input, clause)
    }
    return nil
  }

  private func failure(_ input: [UInt8], _ clause: String) -> Failure {
    Failure(parser: parser.name, input: input, clause: clause)
  }

  /// The shortest input with any broken promise that leaving parts out leads to.
  private func shortened(_ failure: Failure) -> Failure {
    var best = failure
    var size = best.input.count / 2
    while size > 0 {
      var start = 0
      while start + size <= best.input.count {
        var input = best.input
        input.removeSubrange(start..<(start + size))
        if case .wrong(let clause) = parser.judge(input) {
          best = self.failure(input, clause)
        } else {
          start += size
        }
      }
      size /= 2
    }
    return best
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
