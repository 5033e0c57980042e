extension Flag {
  /// One value of any type, by the caller's conversion; the last one wins.
  package static func value<Value: Sendable>(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>, _ summary: String,
    parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .value, valueName: valueName, summary: summary)
    return Flag(entry: entry) {
      (options: inout Options, met: Occurrence, _: Bool) throws(ValueError) in
      guard case .value(let text) = met else { return }
      options[keyPath: path()] = try parse(text)
    }
  }

  /// `--x` for one value and `--x=V` for any other; never takes the next word.
  package static func optionalValue<Value: Sendable>(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>, bare: Value,
    _ summary: String,
    parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .optionalValue, valueName: valueName, summary: summary)
    return Flag(entry: entry) {
      (options: inout Options, met: Occurrence, _: Bool) throws(ValueError) in
      guard case .value(let text) = met else { return options[keyPath: path()] = bare }
      options[keyPath: path()] = try parse(text)
    }
  }

  /// Any text, the empty one included.
  package static func string(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, String>, _ summary: String
  ) -> Self {
    value(name, short: short, valueName, path(), summary) { $0 }
  }

  /// Any text, where having none differs from the empty one.
  package static func string(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, String?>, _ summary: String
  ) -> Self {
    value(name, short: short, valueName, path(), summary) { $0 }
  }

  /// A whole number within a range.
  package static func int(
    _ name: String, short: Character? = nil, _ valueName: String, in range: ClosedRange<Int>,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Int>, _ summary: String
  ) -> Self {
    value(name, short: short, valueName, path(), summary) { (text) throws(ValueError) in
      try WholeNumber.parse(text, in: range)
    }
  }

  /// A whole number within a range, or none.
  package static func int(
    _ name: String, short: Character? = nil, _ valueName: String, in range: ClosedRange<Int>,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Int?>, _ summary: String
  ) -> Self {
    value(name, short: short, valueName, path(), summary) { (text) throws(ValueError) in
      try WholeNumber.parse(text, in: range)
    }
  }
}
