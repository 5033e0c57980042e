extension Flag {
  /// One of an enum's cases, by its raw value.
  package static func choice<Value>(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>, _ summary: String
  ) -> Self where Value: CaseIterable & RawRepresentable<String> & Sendable {
    value(name, short: short, valueName, path(), summary) { (text) throws(ValueError) in
      try Choice<Value>.parse(text)
    }.completing(.choices(Choice<Value>.words))
  }

  /// One of an enum's cases, by its raw value, or none.
  package static func choice<Value>(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value?>, _ summary: String
  ) -> Self where Value: CaseIterable & RawRepresentable<String> & Sendable {
    value(name, short: short, valueName, path(), summary) { (text) throws(ValueError) in
      try Choice<Value>.parse(text)
    }.completing(.choices(Choice<Value>.words))
  }

  /// Any number of an enum's cases; commas split too.
  package static func choices<Value>(
    _ name: String, short: Character? = nil, _ valueName: String,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [Value]>, _ summary: String
  ) -> Self where Value: CaseIterable & RawRepresentable<String> & Sendable {
    values(name, short: short, valueName, splitsCommas: true, path(), summary) {
      (text) throws(ValueError) in try Choice<Value>.parse(text)
    }.completing(.choices(Choice<Value>.words))
  }
}

/// The words of an enum, and the way back.
package enum Choice<Value: CaseIterable & RawRepresentable<String>> {
  /// The raw values in the order of their cases.
  package static var words: [String] { Value.allCases.map { $0.rawValue } }

  /// The case with this raw value.
  package static func parse(_ text: String) throws(ValueError) -> Value {
    guard let value = Value(rawValue: text) else { throw .notAChoice(words) }
    return value
  }
}
