/// A command line worth copying, and what it does.
package struct Example: Sendable {
  /// The line, as typed in a shell.
  package let line: String
  /// What it does: one line, no full stop.
  package let explanation: String

  /// Pairs a line with its explanation.
  package init(_ line: String, _ explanation: String) {
    self.line = line
    self.explanation = explanation
  }
}

/// An exit status and what it means to whoever called.
package struct ExitNote: Sendable {
  /// The status, as printed: `0`, or a pair such as `65, 66`.
  package let code: String
  /// Its meaning: one line, no full stop.
  package let meaning: String

  /// Pairs a status with its meaning.
  package init(_ code: Int32, _ meaning: String) {
    self.code = String(code)
    self.meaning = meaning
  }
}

/// What is known of a command apart from its options: enough for every reader of the table.
package struct CommandFacts: Sendable {
  /// The words that call it, without the program's name.
  package let path: [String]
  /// One line, no full stop.
  package let summary: String
  /// Its flags, global ones included, in the order of help.
  package let flags: [FlagEntry]
  /// Its operands in order.
  package let operands: [OperandEntry]
  /// Paths of related commands.
  package let seeAlso: [String]

  let makeProse: @Sendable () -> Prose
  let makeExamples: @Sendable () -> [Example]
  let makeExits: @Sendable () -> [ExitNote]
  let makeSections: @Sendable () -> [ManualSection]

  /// The longer explanation, built on request.
  package var prose: Prose { makeProse() }
  /// Lines worth copying, built on request.
  package var examples: [Example] { makeExamples() }
  /// Its exit statuses, built on request.
  package var exits: [ExitNote] { makeExits() }
  /// Further sections of its manual page, built on request.
  package var sections: [ManualSection] { makeSections() }
  /// The path as one text.
  package var name: String { path.joined(separator: " ") }
}
