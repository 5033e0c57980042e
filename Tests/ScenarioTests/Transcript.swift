/// A session at a shell, as a person would paste it: commands, what they print, how they end.
///
/// - `$ command` is run by `sh`; lines beginning with `> ` continue it.
/// - What follows is what both outputs print together, as on a terminal. A command that must tell
///   them apart says `2>/dev/null` itself.
/// - `[exit N]` ends it where the status is not 0.
/// - `# …` is a comment; blank lines at the end of an output don't count.
/// - `# within: 90` gives each command so many seconds instead of 600. No promise is tested so: it
///   only ends what hangs, on a machine that may be slow, busy, or stand still for a while.
/// - `# needs: root` and the like name what the machine must have (``Machine``).
struct Transcript: Sendable {
  /// One command and what it must do.
  struct Step: Sendable {
    /// The line of the command in its file, from 1.
    let line: Int
    /// What is typed.
    var command: String
    /// What is printed, a pattern a line.
    var output: [String] = []
    /// The status that it ends with.
    var status: Int32 = 0
  }

  /// Where it was read, for messages.
  let name: String
  /// Its commands in order.
  private(set) var steps: [Step] = []
  /// What it needs to run at all.
  private(set) var needs: [Machine.Need] = []
  /// Seconds until a command counts as hanging.
  private(set) var deadline = 600
  /// What makes no sense in it; such a transcript must fail.
  private(set) var problems: [String] = []

  /// Reads a transcript whose first line is `firstLine` of its file.
  init(_ text: String, name: String, firstLine: Int = 1) {
    self.name = name
    var number = firstLine
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      read(String(line), number)
      number += 1
    }
    for index in steps.indices {
      while steps[index].output.last?.isEmpty == true { steps[index].output.removeLast() }
    }
    if steps.isEmpty { problems.append("\(name): no command in it") }
  }

  private mutating func read(_ line: String, _ number: Int) {
    if line.hasPrefix("# needs: ") {
      need(line.dropFirst(9), number)
    } else if line.hasPrefix("# within: ") {
      if let seconds = Int(line.dropFirst(10)), seconds > 0 {
        deadline = seconds
      } else {
        problems.append("\(name):\(number): '\(line.dropFirst(10))' are no seconds")
      }
    } else if line == "#" || line.hasPrefix("# ") {
      return
    } else if line.hasPrefix("$ ") {
      steps.append(Step(line: number, command: String(line.dropFirst(2))))
    } else if steps.isEmpty {
      if !line.isEmpty { problems.append("\(name):\(number): output before any command") }
    } else if line.hasPrefix("> "), steps[steps.count - 1].output.isEmpty {
      steps[steps.count - 1].command += "\n" + line.dropFirst(2)
    } else if line == ">", steps[steps.count - 1].output.isEmpty {
      steps[steps.count - 1].command += "\n"
    } else if line.hasPrefix("[exit "), line.hasSuffix("]"),
      let status = Int32(line.dropFirst(6).dropLast())
    {
      steps[steps.count - 1].status = status
    } else {
      steps[steps.count - 1].output.append(line)
    }
  }

  private mutating func need(_ words: Substring, _ number: Int) {
    for word in words.split(separator: " ") {
      guard let need = Machine.Need(rawValue: String(word)) else {
        problems.append("\(name):\(number): nothing is known of the need '\(word)'")
        continue
      }
      needs.append(need)
    }
  }
}
