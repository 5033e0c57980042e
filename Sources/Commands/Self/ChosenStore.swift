import CommandLineSpec

/// Which store words mean that are not a whole command line yet.
enum ChosenStore {
  /// The place that the words, the environment or a file name, else the default one; nil where it
  /// can't be told.
  ///
  /// Words that end in a flag without its value can't be read, so they are tried without it.
  static func location(
    _ words: [String], _ environment: @escaping (String) -> String?
  ) -> StoreLocation? {
    try? StoreLocation(name(words, environment), environment: environment)
  }

  private static func name(
    _ words: [String], _ environment: @escaping (String) -> String?
  ) -> String? {
    let surroundings = Surroundings(
      environment: environment,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(environment) })
    for count in [words.count, words.count - 1, 0] where count >= 0 {
      let known = Array(words.prefix(count))
      guard let settings = try? QctlTree.tree.settings(for: known, in: surroundings),
        let setting = settings.first(where: { $0.flag == "--store" })
      else { continue }
      return setting.origin == .default ? nil : setting.value
    }
    return nil
  }
}
