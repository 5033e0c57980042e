/// A term and what it means.
package struct Term: Sendable {
  /// The term.
  package let term: Sentence
  /// Its meaning.
  package let meaning: Sentence

  /// Pairs a term with its meaning.
  package init(_ term: Sentence, _ meaning: Sentence) {
    self.term = term
    self.meaning = meaning
  }
}

/// One block of longer text; a string literal is a paragraph.
package enum Block: Sendable {
  /// Running text, wrapped.
  case paragraph(Sentence)
  /// Lines shown as they are.
  case code(String)
  /// Points.
  case list([Sentence])
  /// Terms with their meanings.
  case terms([Term])
  /// The title of what follows, in a text that is long.
  case heading(String)
  /// A file that the reader saves under that name, for the session that follows.
  case file(String, String)
  /// A session at a shell: commands, what they print, how they end. A test runs it.
  case session(String)
}

extension Block: ExpressibleByStringInterpolation {
  /// Takes a paragraph of plain words.
  package init(stringLiteral value: String) { self = .paragraph(Sentence(stringLiteral: value)) }

  /// Takes a paragraph with references.
  package init(stringInterpolation: Sentence.StringInterpolation) {
    self = .paragraph(Sentence(stringInterpolation: stringInterpolation))
  }
}

/// Longer text: written once, printed for the terminal and for the manual.
package typealias Prose = [Block]

extension Block {
  /// Every sentence in it.
  var sentences: [Sentence] {
    switch self {
    case .paragraph(let sentence): [sentence]
    case .code, .heading, .file, .session: []
    case .list(let sentences): sentences
    case .terms(let terms): terms.flatMap { [$0.term, $0.meaning] }
    }
  }
}
