/// How a command was called: which flags were given, and by whom.
package struct Invocation: Sendable {
  /// The command's own path, whatever alias it was called by.
  package let path: [String]

  let flags: [FlagEntry]
  let given: [Given]

  /// Where the value in force of a flag came from, by its long name without dashes.
  package func origin(of flag: String) -> Origin {
    guard let index = flags.firstIndex(where: { $0.name == flag }) else { return .default }
    return given.last { $0.index == index }?.origin ?? .default
  }

  /// Every visible flag as it is in force, in the table's order; worked out only when asked.
  package var settings: [Setting] {
    flags.indices.filter { !flags[$0].isHidden }.map(setting)
  }

  private func setting(_ index: Int) -> Setting {
    let entry = flags[index]
    let mine = given.filter { $0.index == index }
    guard let last = mine.last else {
      return Setting(flag: "--\(entry.name)", value: entry.defaultText, origin: .default)
    }
    let texts = (entry.repeats ? mine : [last]).map { Self.text($0.met) }
    return Setting(
      flag: "--\(entry.name)", value: texts.joined(separator: ","), origin: last.origin)
  }

  private static func text(_ met: Occurrence) -> String {
    switch met {
    case .present: "true"
    case .negated: "false"
    case .value(let text): text
    }
  }
}
