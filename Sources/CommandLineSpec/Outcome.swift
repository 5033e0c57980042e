/// What surrounds a command line; nothing in it is looked at before it is needed.
package struct Surroundings {
  /// Gives an environment variable.
  package var environment: (String) -> String?
  /// Reads the configuration files, the strongest first: the user's, then the system's.
  package var files: () throws(ConfigurationError) -> [ConfigurationFile]
  /// The columns of the terminal that help is printed on.
  package var width: Int

  /// Gathers them.
  package init(
    environment: @escaping (String) -> String?,
    files: @escaping () throws(ConfigurationError) -> [ConfigurationFile], width: Int = 80
  ) {
    self.environment = environment
    self.files = files
    self.width = width
  }
}

/// Why nothing is run.
package struct Refusal: Equatable, Sendable {
  /// One line without the program's name.
  package let message: String
  /// All of it for standard error, the program's name, a hint and the line end included.
  package let text: String
  /// The path of the command in question, empty where none was reached.
  package let command: [String]
}

/// What a command line comes to.
package enum Outcome<Action> {
  /// Run this.
  case run(Action)
  /// Print this on standard output and exit 0.
  case help(String)
  /// Print this on standard output and exit 0.
  case version(String)
  /// The command line is wrong: standard error, exit 2.
  case usage(Refusal)
  /// A configuration file or a variable is wrong: standard error, exit 78.
  case configuration(Refusal)
}
