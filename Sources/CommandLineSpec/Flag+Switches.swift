extension Flag {
  /// A switch: `--x`, and `--no-x` where it can be negated.
  package static func `switch`(
    _ name: String, short: Character? = nil, negatable: Bool = false,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Bool>, _ summary: String
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .switch(negatable: negatable), valueName: nil,
      summary: summary)
    return Flag(entry: entry) { options, met, _ in options[keyPath: path()] = met != .negated }
  }

  /// A switch that can be negated and may also be left undecided.
  package static func `switch`(
    _ name: String, short: Character? = nil,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Bool?>, _ summary: String
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .switch(negatable: true), valueName: nil, summary: summary)
    return Flag(entry: entry) { options, met, _ in options[keyPath: path()] = met != .negated }
  }

  /// A switch that says more each time it is given: `-vv`.
  package static func count(
    _ name: String, short: Character? = nil,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Int>, _ summary: String
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .switch(negatable: false), valueName: nil, summary: summary)
    return Flag(entry: entry) { options, _, isFirst in
      options[keyPath: path()] = isFirst ? 1 : options[keyPath: path()] + 1
    }
  }

  /// A switch that stands for a fixed value, as `--json` does for `-o json`.
  package static func constant<Value: Sendable>(
    _ name: String, short: Character? = nil,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>, _ value: Value,
    _ summary: String
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .switch(negatable: false), valueName: nil, summary: summary)
    return Flag(entry: entry) { options, _, _ in options[keyPath: path()] = value }
  }
}
