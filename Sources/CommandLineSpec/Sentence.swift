/// A piece of running text, by what it means rather than how it looks.
package enum Inline: Equatable, Sendable {
  /// Plain words.
  case text(String)
  /// Something to type or read exactly: a file name, a value, a variable.
  case literal(String)
  /// Something to put a value in place of.
  case placeholder(String)
  /// A flag, by its long name, of the command in hand or of the one named.
  case flag(String, of: String?)
  /// A command, by its path without the program's name.
  case command(String)
}

/// Running text with its references, written as an interpolated string.
///
/// `"Gives \(flag: "limit") jobs of \(placeholder: "QUEUE"), as \(command: "list") does."`
package struct Sentence: Equatable, Sendable {
  /// The pieces in order.
  package var pieces: [Inline]
}

extension Sentence: ExpressibleByStringInterpolation {
  /// Gathers the pieces of an interpolated string.
  package struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [Inline] = []

    /// Prepares for the literal's parts.
    package init(literalCapacity: Int, interpolationCount: Int) {
      pieces.reserveCapacity(2 * interpolationCount + 1)
    }

    /// Adds plain words.
    package mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(.text(literal)) }
    }

    /// Adds something to type or read exactly.
    package mutating func appendInterpolation(literal: String) { pieces.append(.literal(literal)) }

    /// Adds something to put a value in place of.
    package mutating func appendInterpolation(placeholder: String) {
      pieces.append(.placeholder(placeholder))
    }

    /// Adds a flag, of the command in hand or of the one named.
    package mutating func appendInterpolation(flag: String, of command: String? = nil) {
      pieces.append(.flag(flag, of: command))
    }

    /// Adds a command, by its path.
    package mutating func appendInterpolation(command: String) { pieces.append(.command(command)) }
  }

  /// Takes plain words.
  package init(stringLiteral value: String) { pieces = [.text(value)] }

  /// Takes the pieces of an interpolated string.
  package init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }
}
