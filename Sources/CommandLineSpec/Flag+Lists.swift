extension Flag {
  /// Any number of values by the caller's conversion; giving one forgets the default list.
  ///
  /// Only names and enums let commas split: free text keeps its commas.
  package static func values<Value: Sendable>(
    _ name: String, short: Character? = nil, _ valueName: String, splitsCommas: Bool = false,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [Value]>, _ summary: String,
    parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    let entry = FlagEntry(
      name: name, short: short, kind: .list(splitsCommas: splitsCommas), valueName: valueName,
      summary: summary)
    return Flag(entry: entry) {
      (options: inout Options, met: Occurrence, isFirst: Bool) throws(ValueError) in
      guard case .value(let text) = met else { return }
      let slot = path()
      var list = isFirst ? [] : options[keyPath: slot]
      for part in splitsCommas ? text.splitAtCommas : [text] { list.append(try parse(part)) }
      options[keyPath: slot] = list
    }
  }

  /// Any number of texts; giving one forgets the default list.
  package static func strings(
    _ name: String, short: Character? = nil, _ valueName: String, splitsCommas: Bool = false,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [String]>, _ summary: String
  ) -> Self {
    values(name, short: short, valueName, splitsCommas: splitsCommas, path(), summary) { $0 }
  }
}

extension String {
  /// The parts between commas, at least one; an empty part is an empty text.
  var splitAtCommas: [String] {
    utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
  }
}
