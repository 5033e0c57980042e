extension FlagEntry {
  /// The flag that every command has without declaring it.
  static let help = FlagEntry(
    name: "help", short: "h", kind: .switch(negatable: false), valueName: nil,
    summary: "Show this help and exit")

  /// `[no-]color`, where it can be negated.
  var longName: String { isNegatable ? "[no-]\(name)" : name }

  /// What follows the long name: a blank, an equals sign or nothing, and the value's name.
  var valuePart: (joint: String, name: String, end: String)? {
    guard let valueName else { return nil }
    return kind == .optionalValue ? ("[=", valueName, "]") : (" ", valueName, "")
  }

  /// What the table knows beyond the summary: "(default: 100; one of: a, b)", or nothing.
  var notes: String {
    var notes: [String] = []
    if case .choices(let choices) = completion {
      notes.append("one of: \(choices.joined(separator: ", "))")
    }
    if repeats { notes.append("repeatable") }
    if let defaultText { notes.append("default: \(defaultText)") }
    if let environment { notes.append("environment: \(environment)") }
    if !aliases.isEmpty {
      notes.append("also \(aliases.map { "--\($0)" }.joined(separator: ", "))")
    }
    return notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
  }
}

extension CommandFacts {
  /// The visible flags under their headings, in the order in which the headings first appear.
  var flagSections: [(heading: String, flags: [FlagEntry])] {
    var sections: [(heading: String, flags: [FlagEntry])] = []
    for flag in flags where !flag.isHidden {
      let heading = flag.section ?? "Options"
      if let index = sections.firstIndex(where: { $0.heading == heading }) {
        sections[index].flags.append(flag)
      } else {
        sections.append((heading, [flag]))
      }
    }
    if isVerbatim { return sections }
    if sections.isEmpty { return [("Options", [.help])] }
    sections[sections.count - 1].flags.append(.help)
    return sections
  }

  /// Whether it takes its words as they are, so that it has no flag at all.
  var isVerbatim: Bool { operands.first?.arity == .verbatim }
}

extension OperandEntry {
  /// As a usage line shows it: `ID`, `[ID]`, `[ID...]`, `-- COMMAND...`.
  var usage: String {
    switch arity {
    case .one: name
    case .optional: "[\(name)]"
    case .many(minimum: 0): "[\(name)...]"
    case .many: "\(name)..."
    case .trailing(minimum: 0): "[-- \(name)...]"
    case .trailing: "-- \(name)..."
    case .verbatim: "[\(name)...]"
    }
  }
}
