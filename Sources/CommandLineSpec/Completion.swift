/// One thing that the word at the cursor may become.
package struct Candidate: Equatable, Sendable {
  /// Takes the place of the whole word.
  package let value: String
  /// What it is: one line, or empty.
  package let description: String

  /// Pairs a value with what it is.
  package init(_ value: String, _ description: String = "") {
    self.value = value
    self.description = description
  }
}

/// What the shell should do with the candidates: cobra's bits (conventions.md §6).
package struct Directive: OptionSet, Sendable {
  /// The bits as printed.
  package let rawValue: Int

  /// Takes the bits.
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Completion failed: offer nothing.
  package static let error = Directive(rawValue: 1)
  /// Add no blank after the candidate.
  package static let noSpace = Directive(rawValue: 2)
  /// Don't fall back on file names.
  package static let noFiles = Directive(rawValue: 4)
  /// The candidates are endings of file names.
  package static let filterByExtension = Directive(rawValue: 8)
  /// Offer directories.
  package static let directories = Directive(rawValue: 16)
  /// Don't sort.
  package static let keepOrder = Directive(rawValue: 32)
}

/// The answer to one press of Tab.
package struct Completion: Equatable, Sendable {
  /// What the word may become.
  package var candidates: [Candidate]
  /// What the shell should do with them.
  package var directive: Directive

  private static let most = 300

  /// Pairs candidates with a directive.
  package init(_ candidates: [Candidate], _ directive: Directive) {
    self.candidates = candidates
    self.directive = directive
  }

  /// As the hidden command prints it: `value<TAB>description` lines, then `:N`.
  ///
  /// Names are untrusted: controls are dropped, and after 300 candidates the rest is silence.
  package var text: String {
    var text = ""
    for candidate in candidates.prefix(Self.most) {
      text += candidate.value.withoutControls
      let description = candidate.description.withoutControls
      if !description.isEmpty { text += "\t\(description)" }
      text += "\n"
    }
    return "\(text):\(directive.rawValue)\n"
  }
}
