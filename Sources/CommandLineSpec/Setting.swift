/// Where the value of a flag came from, the strongest first.
package enum Origin: Equatable, Sendable {
  /// The command line.
  case flag
  /// An environment variable, by its name.
  case environment(String)
  /// A line of a configuration file; lines count from 1.
  case file(path: String, line: Int)
  /// Nobody gave one.
  case `default`
}

extension Origin {
  /// As a row of `qctl config` names it.
  package var text: String {
    switch self {
    case .flag: "command line"
    case .environment(let name): name
    case .file(let path, let line): "\(path):\(line)"
    case .default: "default"
    }
  }
}

/// One flag as it is in force.
package struct Setting: Equatable, Sendable {
  /// The long name with its dashes.
  package let flag: String
  /// The value as given, `true` or `false` for a switch, the parts of a list joined by commas.
  ///
  /// Nil where nobody gave one and the table names no default.
  package let value: String?
  /// Where it came from.
  package let origin: Origin
}

/// A flag met somewhere, by its place in its command's table.
struct Given: Sendable {
  let index: Int
  let met: Occurrence
  let origin: Origin
}
