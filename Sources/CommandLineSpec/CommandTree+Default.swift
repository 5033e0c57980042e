extension CommandTree {
  /// A command line with a value for a flag that it has and that nobody gave.
  ///
  /// It stays as it is where the command has no such flag, where it is given, and where operands of
  /// that kind name what is meant one by one.
  package func words(
    _ words: [String], assuming flag: String, _ value: String, unlessNamed kind: CompletionKind
  ) -> [String] {
    guard case .command(let command, let own) = route(words).place else { return words }
    let facts = command.facts
    guard !facts.isVerbatim, let index = facts.flags.firstIndex(where: { $0.name == flag }) else {
      return words
    }
    let (scanner, operands) = scan(own, for: facts)
    let namesThem = facts.operands.first?.completion == kind && !operands.isEmpty
    guard !namesThem, !scanner.given.contains(where: { $0.index == index }) else { return words }
    return facts.path + ["--\(flag)=\(value)"] + own
  }
}
