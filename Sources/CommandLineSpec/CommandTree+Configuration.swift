extension CommandTree {
  /// Every flag of a command as it is in force, given the words after the program's name.
  ///
  /// The words name a command and may go on with flags; operands need not be complete. With no
  /// words, the rows are those of the global flags.
  package func settings(
    for words: [String], in surroundings: Surroundings
  ) throws(SettingsError) -> [Setting] {
    let facts: CommandFacts
    let given: [Given]
    switch route(words) {
    case let route where route.scanner.failure != nil:
      throw .usage(route.scanner.failure ?? .noCommand(within: []))
    case let route:
      switch route.place {
      case .command(let command, let words):
        let scanner = scan(words, for: command.facts).scanner
        if let failure = scanner.failure { throw .usage(failure) }
        (facts, given) = (command.facts, scanner.given)
      case .group(_, path: []):
        facts = globalFacts
        given = route.scanner.given
      case .group(_, let path): throw .usage(.noCommand(within: path))
      case .help: throw .usage(.unknownCommand("help", suggestions: []))
      case .unknown(let word, let level, _):
        let near = Self.suggestions(for: word, in: level)
        throw .usage(.unknownCommand(word, suggestions: near))
      }
    }
    do throws(ConfigurationError) {
      let all = try layered(given, for: facts, in: surroundings)
      return Invocation(path: facts.path, flags: facts.flags, given: all).settings
    } catch { throw .configuration(error) }
  }

  private var globalFacts: CommandFacts {
    CommandFacts(
      path: [], summary: "", flags: globals, operands: [], seeAlso: [], makeProse: { [] },
      makeExamples: { [] }, makeExits: { [] }, makeSections: { [] })
  }

  func resolve(
    _ given: [Given], for facts: CommandFacts, in surroundings: Surroundings
  ) throws(ParseFailure) -> [Given] {
    guard !facts.flags.isEmpty else { return given }
    do {
      return try layered(given, for: facts, in: surroundings)
    } catch { throw .configuration(error) }
  }

  /// Joins command line, environment and files, the weakest first, so that the last one wins.
  ///
  /// A flag met in a stronger layer hides its weaker ones, lists included.
  private func layered(
    _ given: [Given], for facts: CommandFacts, in surroundings: Surroundings
  ) throws(ConfigurationError) -> [Given] {
    var layers = [given, try fromEnvironment(facts, surroundings)]
    for file in try surroundings.files() { layers += try fromFile(file, facts) }
    return FlagLayers.joined(layers, flagCount: facts.flags.count)
  }

  private func fromEnvironment(
    _ facts: CommandFacts, _ surroundings: Surroundings
  ) throws(ConfigurationError) -> [Given] {
    var given: [Given] = []
    for (index, flag) in facts.flags.enumerated() {
      guard let name = flag.environment, let value = surroundings.environment(name),
        !value.isEmpty
      else { continue }
      guard let met = try Self.occurrence(of: flag, name, value) else { continue }
      given.append(Given(index: index, met: met, origin: .environment(name)))
    }
    return given
  }

  /// What a variable says; a switch that can't be negated is only left alone by a "no".
  private static func occurrence(
    of flag: FlagEntry, _ name: String, _ value: String
  ) throws(ConfigurationError) -> Occurrence? {
    guard case .switch(let negatable) = flag.kind else { return .value(value) }
    switch value {
    case "1", "true", "yes", "on": return .present
    case "0", "false", "no", "off": return negatable ? .negated : nil
    default:
      let words = ["1", "true", "yes", "on", "0", "false", "no", "off"]
      throw .environment(name: name, value: value, .notAChoice(words))
    }
  }

  /// Two layers: the lines for this command, then those for all.
  private func fromFile(
    _ file: ConfigurationFile, _ facts: CommandFacts
  ) throws(ConfigurationError) -> [[Given]] {
    var own: [Given] = []
    var common: [Given] = []
    for line in try file.lines() {
      do {
        if line.isWhole {
          _ = try runnable(line)
        } else if line.command.isEmpty {
          if let given = try file.given(line, by: facts.flags) {
            common.append(given)
          } else {
            try checkAnyCommand(has: line, of: file)
          }
        } else if let given = try self.given(line, of: file, for: facts) {
          own.append(given)
        }
      } catch {
        throw .line(path: file.path, number: line.number, error)
      }
    }
    return [own, common]
  }

  /// The whole command lines that the configuration files have for a command, the strongest file
  /// first.
  ///
  /// They are not checked but for having a command that runs a program.
  package func commandLines(
    for path: [String], in surroundings: Surroundings
  ) throws(ConfigurationError) -> [ConfiguredCommand] {
    var found: [ConfiguredCommand] = []
    for file in try surroundings.files() {
      for line in try file.lines() where line.isWhole {
        do {
          guard try runnable(line) == path else { continue }
        } catch { throw .line(path: file.path, number: line.number, error) }
        found.append(ConfiguredCommand(path: file.path, number: line.number, words: line.words))
      }
    }
    return found
  }

  /// The command of a line that is a whole command line: one that runs a program.
  private func runnable(_ line: ConfigurationLine) throws(LineProblem) -> [String] {
    let facts = try facts(of: line)
    guard case .trailing = facts.operands.last?.arity else { throw .noFlag }
    return facts.path
  }

  private func facts(of line: ConfigurationLine) throws(LineProblem) -> CommandFacts {
    if let command = command(at: line.command) { return command.facts }
    let word = line.command.joined(separator: " ")
    let near = Suggestion.names(
      for: word, among: commands.map { $0.path.joined(separator: " ") })
    throw .usage(.unknownCommand(word, suggestions: near))
  }

  /// The flag of a line for one command, nil where that is another command.
  private func given(
    _ line: ConfigurationLine, of file: ConfigurationFile, for facts: CommandFacts
  ) throws(LineProblem) -> Given? {
    let owner = try self.facts(of: line)
    guard let given = try file.given(line, by: owner.flags) else {
      throw Self.unknownFlag(line, owner.flags)
    }
    return owner.path == facts.path ? given : nil
  }

  /// Builds other commands only here: where a line for all names a flag this one doesn't have.
  private func checkAnyCommand(
    has line: ConfigurationLine, of file: ConfigurationFile
  ) throws(LineProblem) {
    if try file.given(line, by: globals) != nil { return }
    for candidate in commands
    where try file.given(line, by: candidate.make().facts.flags) != nil { return }
    throw Self.unknownFlag(line, globals)
  }

  private static func unknownFlag(
    _ line: ConfigurationLine, _ flags: [FlagEntry]
  ) -> LineProblem {
    let name = "--\(WordScanner.split(line.words.first ?? "").name)"
    let near = Suggestion.names(for: name, among: flags.flatMap(\.spellings))
    return .usage(.unknownFlag(name, suggestions: near, owners: []))
  }
}

/// Why the settings in force can't be told.
package enum SettingsError: Error, Equatable, Sendable {
  /// The words name no command, or its flags are wrong.
  case usage(UsageError)
  /// A file or a variable is wrong.
  case configuration(ConfigurationError)
}
