import CommandLineSpec
import Commands

/// What monitoring expects of the output of a plugin (conventions.md §2).
enum HealthShape {
  /// What is wrong with the output of `health` in the form of Nagios; nothing where it is right.
  static func problems(_ output: String) -> [String] {
    var problems: [String] = []
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.count < 2 || lines.last != "" { problems.append("does not end with a line end") }
    let first = lines.first.map(String.init) ?? ""
    let parts = first.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 { problems.append("more than one bar") }
    if parts[0].unicodeScalars.count >= 80 {
      problems.append("the first line is long: \(parts[0])")
    }
    if !["OK", "WARNING", "CRITICAL", "UNKNOWN"].contains(where: {
      parts[0].hasPrefix("QCTL \($0) - ") && parts[0].utf8.count > "QCTL \($0) - ".utf8.count
    }) {
      problems.append("no first line of a plugin: \(first)")
    }
    if output.contains(";") && !first.contains(";") { problems.append("a semicolon") }
    if parts[0].contains(";") { problems.append("a semicolon in the text") }
    if lines.dropFirst().contains(where: { $0.contains("|") }) { problems.append("a bar below") }
    if output.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" }) {
      problems.append("a control character")
    }
    guard parts.count == 2 else { return problems }
    let numbers = parts[1].split(separator: " ").map(String.init)
    if parts[1].first != " " || numbers.isEmpty { problems.append("no numbers behind the bar") }
    var labels: Set<String> = []
    for number in numbers {
      guard let match = number.wholeMatch(of: #/'([^'=|;\s]+)'=(.*)/#) else {
        problems.append("no label: \(number)")
        continue
      }
      if !labels.insert(String(match.1)).inserted { problems.append("twice: \(number)") }
      let decimal = #"-?\d+(\.\d+)?"#
      let range = "(@?((~|\(decimal)):)?(\(decimal))?)"
      let pattern = "\(decimal)(s|%|B|c)?;\(range);\(range);\(decimal)(;\(decimal))?"
      guard let regex = try? Regex(pattern), (try? regex.wholeMatch(in: String(match.2))) != nil
      else {
        problems.append("no number: \(number)")
        continue
      }
    }
    return problems
  }
}

extension CommandRig {
  /// Runs words as the program does, what becomes of refusals included.
  func health(_ words: [String]) throws -> Ran {
    guard let call = HealthCall(words) else { return try run(words) }
    let surroundings = Surroundings(environment: { _ in nil }, files: { [] })
    let answer: HealthCall.Answer
    switch QctlTree.tree.outcome(for: words, in: surroundings) {
    case .run, .help, .version: return try run(words)
    case .usage(let refusal), .configuration(let refusal): answer = call.unknown(refusal.message)
    }
    return Ran(status: answer.status, output: answer.text, errors: "")
  }
}
