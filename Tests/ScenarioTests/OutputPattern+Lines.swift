extension OutputPattern {
  /// Compares a whole output with the lines of a transcript.
  ///
  /// - Returns: what differs, or `nil` when nothing does.
  static func difference(
    _ expected: [String], _ actual: [UInt8], _ captures: inout [String: [UInt8]]
  ) -> String? {
    let lines = split(actual)
    guard let found = match(expected[...], lines[...], captures) else {
      return describe(expected, lines, captures)
    }
    captures = found
    return nil
  }

  private static func split(_ output: [UInt8]) -> [[UInt8]] {
    var lines = output.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func match(
    _ expected: ArraySlice<String>, _ lines: ArraySlice<[UInt8]>, _ captures: [String: [UInt8]]
  ) -> [String: [UInt8]]? {
    guard let first = expected.first else { return lines.isEmpty ? captures : nil }
    let rest = expected.dropFirst()
    if first == "..." {
      for skipped in 0...lines.count {
        if let found = match(rest, lines.dropFirst(skipped), captures) { return found }
      }
      return nil
    }
    var captures = captures
    guard let line = lines.first, OutputPattern(first).matches(line, &captures) else { return nil }
    return match(rest, lines.dropFirst(), captures)
  }

  private static func describe(
    _ expected: [String], _ lines: [[UInt8]], _ captures: [String: [UInt8]]
  ) -> String {
    var text = firstDifference(expected, lines, captures)
    text += "expected:\n"
    for line in expected { text += "  | \(line)\n" }
    text += "but it printed:\n"
    for line in lines.prefix(mostShown) {
      text += "  | \(Self.text(line))\n"
    }
    if lines.count > mostShown { text += "  | … \(lines.count) lines in all\n" }
    return text
  }

  /// The first line that is not as expected, where no `...` comes before it.
  private static func firstDifference(
    _ expected: [String], _ lines: [[UInt8]], _ captures: [String: [UInt8]]
  ) -> String {
    var captures = captures
    var number = 0
    while number < expected.count, number < lines.count,
      OutputPattern(expected[number]).matches(lines[number], &captures)
    { number += 1 }
    guard number == expected.count || expected[number] != "..." else { return "" }
    let wanted = number < expected.count ? "'\(expected[number])'" : "nothing more"
    let found = number < lines.count ? "'\(text(lines[number]))'" : "nothing more"
    return "line \(number + 1) of its output should be \(wanted), but is \(found)\n"
  }

  private static func text(_ line: [UInt8]) -> String {
    String(decoding: line.prefix(longestShown), as: UTF8.self)
  }

  private static let mostShown = 60
  private static let longestShown = 2000
}
