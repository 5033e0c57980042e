/// A help topic that is no command, `qctl help formats`; it may be a page of the manual too.
package struct Topic: Sendable {
  /// The word that asks for it.
  package let name: String
  /// One line, no full stop.
  package let summary: String
  /// Further words, permanent.
  package let aliases: [String]
  /// The section of the manual where it is a page, `qctl-NAME`; none where it is in help alone.
  package let section: Int?
  /// Paths of related commands; `help NAME` is another topic.
  package let seeAlso: [String]

  private let makeProse: @Sendable () -> Prose

  /// Declares a topic.
  package init(
    _ name: String, _ summary: String, aliases: [String] = [], section: Int? = nil,
    seeAlso: [String] = [], _ prose: @autoclosure @escaping @Sendable () -> Prose
  ) {
    self.name = name
    self.summary = summary
    self.aliases = aliases
    self.section = section
    self.seeAlso = seeAlso
    makeProse = prose
  }

  /// Its text, built on request.
  package var prose: Prose { makeProse() }

  func answers(to word: String) -> Bool { name == word || aliases.contains(word) }
}
