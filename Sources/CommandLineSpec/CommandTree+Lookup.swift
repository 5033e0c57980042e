/// Where the words of a command line lead.
enum Place<Action> {
  /// A command, and the words that are its own, leading global flags first.
  case command(AnyCommand<Action>, words: [String])
  /// `help`, and what is asked about.
  case help([String])
  /// The words end within a group, or at the top.
  case group([CommandEntry<Action>], path: [String])
  /// A word that names nothing in the group of that path.
  case unknown(String, [CommandEntry<Action>], path: [String])
}

/// A place, and what was met on the way to it.
struct Route<Action> {
  var place: Place<Action>
  /// Flags met before the command.
  var scanner: WordScanner
}

extension CommandEntry {
  func answers(to word: String) -> Bool { name == word || aliases.contains(word) }
}

extension CommandTree {
  /// Follows the words to a command, skipping global flags with their values.
  func route(_ words: [String]) -> Route<Action> {
    var level = entries
    var path: [String] = []
    var leading: [String] = []
    var index = 0
    // The globals are built only if an option comes before the command.
    var scanner: WordScanner?
    func arrive(_ place: Place<Action>) -> Route<Action> {
      Route(place: place, scanner: scanner ?? WordScanner(flags: []))
    }
    while index < words.count {
      let word = words[index]
      if WordScanner.isOption(word), word != "--" {
        let start = index
        var current = scanner ?? WordScanner(flags: globals)
        current.readOption(words, &index)
        scanner = current
        leading += words[start..<index]
        continue
      }
      guard let entry = level.firstElement(where: { $0.answers(to: word) }) else {
        return arrive(.unknown(word, level, path: path))
      }
      index += 1
      switch entry.content {
      case .command(let make):
        guard leadsFurther(entry, words[index...]) else {
          return arrive(.command(make(), words: leading + words[index...]))
        }
        level = entry.further
        path.append(entry.name)
      case .help: return arrive(.help(Array(words[index...])))
      case .group(let inner):
        level = inner
        path.append(entry.name)
      }
    }
    return arrive(.group(level, path: path))
  }

  /// Whether the next word that is neither a global flag nor its value names a further command.
  private func leadsFurther(_ entry: CommandEntry<Action>, _ words: ArraySlice<String>) -> Bool {
    guard !entry.further.isEmpty else { return false }
    let words = Array(words)
    var scanner = WordScanner(flags: globals)
    var index = 0
    while index < words.count, WordScanner.isOption(words[index]), words[index] != "--" {
      scanner.readOption(words, &index)
    }
    guard index < words.count, scanner.failure == nil else { return false }
    return entry.further.contains { $0.answers(to: words[index]) }
  }

  /// The path of the command that words lead to, whatever else is wrong with them.
  package func path(of words: [String]) -> [String]? {
    if case .command(let command, _) = route(words).place { command.facts.path } else { nil }
  }

  /// The command at a path, aliases understood.
  package func command(at path: [String]) -> AnyCommand<Action>? {
    var level = entries
    for (index, word) in path.enumerated() {
      guard let entry = level.firstElement(where: { $0.answers(to: word) }) else { return nil }
      switch entry.content {
      case .command(let make):
        if index == path.count - 1 { return make() }
        level = entry.further
      case .group(let inner): level = inner
      case .help: return nil
      }
    }
    return nil
  }

  /// Every entry that is a command, in the tree's order; nothing is built.
  package var commands: [CommandPlace<Action>] {
    var places: [CommandPlace<Action>] = []
    Self.gather(entries, under: [], into: &places)
    return places
  }

  private static func gather(
    _ entries: [CommandEntry<Action>], under path: [String],
    into places: inout [CommandPlace<Action>]
  ) {
    for entry in entries {
      let path = path + [entry.name]
      switch entry.content {
      case .command(let make):
        places.append(CommandPlace(path: path, entry: entry, make: make))
        gather(entry.further, under: path, into: &places)
      case .group(let inner): gather(inner, under: path, into: &places)
      case .help: break
      }
    }
  }

  /// The names that a word might have been meant to be.
  static func suggestions(for word: String, in level: [CommandEntry<Action>]) -> [String] {
    let names = level.filter { !$0.isHidden }.flatMap { [$0.name] + $0.aliases }
    return Suggestion.names(for: word, among: names)
  }
}

/// A command's place in the tree, the command itself not yet built.
package struct CommandPlace<Action>: Sendable {
  /// The words that lead to it.
  package let path: [String]
  /// Its entry.
  package let entry: CommandEntry<Action>
  /// Builds it.
  package let make: @Sendable () -> AnyCommand<Action>
}
