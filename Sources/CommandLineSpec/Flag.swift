/// One way in which a flag was met.
package enum Occurrence: Equatable, Sendable {
  /// The bare flag.
  case present
  /// Its negation.
  case negated
  /// With a value, possibly empty.
  case value(String)
}

/// One flag of a command: what every reader needs, and where its value goes.
package struct Flag<Options: Sendable>: Sendable {
  /// Puts one occurrence into the options; `isFirst` says that no earlier one of this flag counts.
  package typealias Store =
    @Sendable (_ options: inout Options, _ met: Occurrence, _ isFirst: Bool)
    throws(ValueError) -> Void

  /// What is known of it apart from the options.
  package var entry: FlagEntry

  let store: Store

  init(entry: FlagEntry, store: @escaping Store) {
    self.entry = entry
    self.store = store
  }

  private func with(_ change: (inout FlagEntry) -> Void) -> Self {
    var copy = self
    change(&copy.entry)
    return copy
  }
}

extension Flag {
  /// Adds permanent long names.
  package func aliases(_ names: String...) -> Self { with { $0.aliases += names } }

  /// Lists it under a heading of its command's help.
  package func section(_ heading: String) -> Self { with { $0.section = heading } }

  /// Says how the value in force is spelled when nobody gives one.
  package func `default`(_ text: String) -> Self { with { $0.defaultText = text } }

  /// Names the environment variable that gives the value when no flag does; empty counts as unset.
  package func environment(_ name: String) -> Self { with { $0.environment = name } }

  /// Says what its value may be completed with.
  package func completing(
    _ kind: @autoclosure @escaping @Sendable () -> CompletionKind
  ) -> Self { with { $0.makeCompletion = kind } }

  /// Leaves it out of help and completion.
  package func hidden() -> Self { with { $0.isHidden = true } }

  /// Explains it at length, in the manual and in its command's help.
  package func prose(_ prose: @autoclosure @escaping @Sendable () -> Prose) -> Self {
    with { $0.makeProse = prose }
  }

  /// The same flag for options which hold these as a part.
  package func lifted<Whole>(
    _ part: @autoclosure @escaping @Sendable () -> Slot<Whole, Options>
  ) -> Flag<Whole> {
    let store = store
    return Flag<Whole>(entry: entry) {
      (whole: inout Whole, met: Occurrence, isFirst: Bool) throws(ValueError) in
      try store(&whole[keyPath: part()], met, isFirst)
    }
  }
}

extension Array {
  /// The same flags for options which hold these as a part: one filter serves every verb.
  package func lifted<Whole, Part>(
    _ part: @autoclosure @escaping @Sendable () -> Slot<Whole, Part>
  ) -> [Flag<Whole>] where Element == Flag<Part> {
    converted { $0.lifted(part()) }
  }

  /// The same flags, those without a heading put under this one.
  package func section<Options>(_ heading: String) -> Self where Element == Flag<Options> {
    converted { $0.entry.section == nil ? $0.section(heading) : $0 }
  }
}
