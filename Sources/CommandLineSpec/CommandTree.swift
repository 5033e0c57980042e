/// One name in the tree; what it stands for is built only when asked.
package struct CommandEntry<Action>: Sendable {
  /// What a name stands for.
  package enum Content: Sendable {
    /// A command, built on request.
    case command(@Sendable () -> AnyCommand<Action>)
    /// A group of further names.
    case group([CommandEntry])
    /// `help` itself, which the tree answers.
    case help
  }

  /// The word.
  package let name: String
  /// One line, no full stop.
  package let summary: String
  /// The heading it is listed under; one of the tree's sections, at the top level.
  package let section: String
  /// Further words, permanent.
  package let aliases: [String]
  /// Left out of help, manual and completion.
  package let isHidden: Bool
  /// What it stands for.
  package let content: Content
  /// Further commands whose names may follow that of a command, before any operand of its own.
  package var further: [CommandEntry] = []

  /// Names a command; the closure should give a `static let`.
  package static func command(
    _ name: String, _ summary: String, in section: String = "", aliases: [String] = [],
    hidden: Bool = false, further: [CommandEntry] = [],
    _ command: @escaping @Sendable () -> AnyCommand<Action>
  ) -> Self {
    Self(
      name: name, summary: summary, section: section, aliases: aliases, isHidden: hidden,
      content: .command(command), further: further)
  }

  /// Names a group.
  package static func group(
    _ name: String, _ summary: String, in section: String = "", aliases: [String] = [],
    _ entries: [CommandEntry]
  ) -> Self {
    Self(
      name: name, summary: summary, section: section, aliases: aliases, isHidden: false,
      content: .group(entries))
  }

  /// Names `help`.
  package static func help(_ summary: String, in section: String = "") -> Self {
    Self(
      name: "help", summary: summary, section: section, aliases: [], isHidden: false,
      content: .help)
  }
}

/// The whole table: every name, lazily, and the words around them.
package struct CommandTree<Action>: Sendable {
  /// The program's name.
  package let program: String
  /// Its version, without the program's name.
  package let version: String
  /// One line, no full stop.
  package let summary: String
  /// The headings of the top-level help, in order.
  package let sections: [String]
  /// The names at the top level, in the order of help.
  package let entries: [CommandEntry<Action>]

  private let makeGlobals: @Sendable () -> [FlagEntry]
  private let makeExamples: @Sendable () -> [Example]
  private let makeTopics: @Sendable () -> [Topic]

  /// Declares the tree.
  ///
  /// - Parameters:
  ///   - program: The program's name.
  ///   - version: Its version.
  ///   - summary: One line, no full stop.
  ///   - sections: The headings of the top-level help, in order.
  ///   - topics: Help topics in order.
  ///   - examples: Lines for the top-level help.
  ///   - globals: Flags that may stand before the command; each command lists them too.
  ///   - entries: The names at the top level.
  package init(
    program: String, version: String, summary: String, sections: [String],
    topics: @autoclosure @escaping @Sendable () -> [Topic] = [],
    examples: @autoclosure @escaping @Sendable () -> [Example] = [],
    globals: @autoclosure @escaping @Sendable () -> [FlagEntry] = [],
    entries: [CommandEntry<Action>]
  ) {
    self.program = program
    self.version = version
    self.summary = summary
    self.sections = sections
    self.entries = entries
    makeGlobals = globals
    makeExamples = examples
    makeTopics = topics
  }

  /// Help topics in order, built on request.
  package var topics: [Topic] { makeTopics() }

  /// The flags that may stand before the command, built on request.
  package var globals: [FlagEntry] { makeGlobals() }
  /// Lines for the top-level help, built on request.
  package var examples: [Example] { makeExamples() }
}
