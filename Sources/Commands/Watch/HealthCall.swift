import CommandLineSpec
import Engine

/// A command line that asks for `health`, known before its options are read.
///
/// Monitoring takes any status above 3, and 2 above all, for an alarm: so whatever is wrong with such a
/// command line or with its store ends as UNKNOWN, on standard output (conventions.md §2).
package struct HealthCall: Equatable, Sendable {
  /// What to print on standard output, and the status to end with.
  package struct Answer: Equatable, Sendable {
    /// All of it, with the line ends; nothing where nobody listens.
    package let text: String
    /// From 0 to 3.
    package let status: Int32
  }

  /// The form in which the answer is wanted, as far as that can be read.
  let format: HealthFormat

  /// Looks for the first word that names a command, past flags and their values, spelled right or not.
  ///
  /// - Returns: `nil` where the words mean another command, or one of `health set`, `list` and `remove`,
  ///   which people type.
  package init?(_ words: [String]) {
    guard words.contains("health"), let place = Self.place(in: words) else { return nil }
    if let path = QctlTree.tree.path(of: words), path != ["health"] { return nil }
    format = Self.format(in: words[(place + 1)...])
  }

  private static func place(in words: [String]) -> Int? {
    let names = Set(QctlTree.tree.entries.flatMap { [$0.name] + $0.aliases })
    for (index, word) in words.enumerated() {
      if word == "--" { return nil }
      if word == "health" { return index }
      // The value of a flag may be the name of a command; only one that stands alone is one.
      let isValue = index > 0 && words[index - 1].utf8.first == UInt8(ascii: "-")
      if names.contains(word), !isValue { return nil }
    }
    return nil
  }

  private static func format(in words: ArraySlice<String>) -> HealthFormat {
    var before = ""
    var found = HealthFormat.nagios
    for word in words {
      if word == "--json" { found = .json }
      let value: String? =
        ["-o", "--output"].contains(before)
        ? word
        : word.hasPrefix("--output=")
          ? String(word.dropFirst(9)) : word.hasPrefix("-o") ? String(word.dropFirst(2)) : nil
      if let format = value.flatMap(HealthFormat.init) { found = format }
      before = word
    }
    return found
  }

  /// The answer where the command could not be run.
  package func unknown(_ reason: String) -> Answer {
    let report = HealthReport(unknown: reason)
    return Answer(text: report.text(format, verbosity: 0), status: report.state.rawValue)
  }

  /// What a failure of the command means.
  package func unknown(_ failure: CommandFailure) -> Answer {
    switch failure {
    case .outputClosed: Answer(text: "", status: HealthState.unknown.rawValue)
    case .failed(_, let sentence): unknown(sentence)
    }
  }
}
