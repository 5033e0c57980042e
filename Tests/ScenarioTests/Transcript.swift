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
/// - `# stores: sqlite dir` runs all of it once on each; a line marked `[sqlite] ` or `[dir] ` is
///   there on that store alone.
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
  /// The store that it was read for, where it names any.
  let store: TestedStore?
  /// Its commands in order.
  private(set) var steps: [Step] = []
  /// What it needs to run at all.
  private(set) var needs: [Machine.Need] = []
  /// The stores that it runs on; none for one that says nothing of stores.
  private(set) var stores: [TestedStore] = []
  /// Seconds until a command counts as hanging.
  private(set) var deadline = 600
  /// What makes no sense in it; such a transcript must fail.
  private(set) var problems: [String] = []

  /// Reads a transcript whose first line is `firstLine` of its file, as it is on a store.
  init(_ text: String, name: String, firstLine: Int = 1, on store: TestedStore? = nil) {
    self.name = name
    self.store = store
    var number = firstLine
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let line = unmarked(line, number) { read(line, number) }
      number += 1
    }
    for index in steps.indices {
      while steps[index].output.last?.isEmpty == true { steps[index].output.removeLast() }
    }
    // Lines are split as characters are, and a return belongs to the line end after it.
    if text.utf8.contains(13) { problems.append("\(name): a return in it: write it another way") }
    if steps.isEmpty { problems.append("\(name): no command in it") }
  }

  /// Where a line of the file is, for messages.
  func place(_ line: Int) -> String {
    "\(name):\(line)" + (store.map { " on \($0.rawValue)" } ?? "")
  }

  /// The line without the mark of this store; none for that of another.
  private mutating func unmarked(_ line: Substring, _ number: Int) -> String? {
    for marked in TestedStore.allCases where line.hasPrefix("[\(marked.rawValue)]") {
      if !stores.contains(marked) {
        problems.append("\(name):\(number): it does not run on \(marked.rawValue)")
      }
      guard marked == store else { return nil }
      let rest = line.dropFirst(marked.rawValue.count + 2)
      return String(rest.first == " " ? rest.dropFirst() : rest)
    }
    return String(line)
  }

  private mutating func read(_ line: String, _ number: Int) {
    if line.hasPrefix("# needs: ") {
      need(line.dropFirst(9), number)
    } else if line.hasPrefix("# stores: ") {
      run(on: line.dropFirst(10), number)
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

  private mutating func run(on words: Substring, _ number: Int) {
    for word in words.split(separator: " ") {
      guard let store = TestedStore(rawValue: String(word)), !stores.contains(store) else {
        problems.append("\(name):\(number): '\(word)' is no further store")
        continue
      }
      stores.append(store)
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
