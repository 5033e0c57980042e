import Text

/// The names that lines of a bulk file gave to their jobs, so that later ones can wait for them.
struct LineRefs {
  private var numbers: [String: Int] = [:]

  /// The number of an earlier line's name.
  subscript(name: String) -> Int? { numbers[name] }

  /// Takes in the name of a line; 0 is left to chains.
  mutating func add(_ name: String) throws(JobLine.Problem) -> Int {
    guard !name.isEmpty else { throw JobLine.Problem(reason: "ref is empty") }
    guard numbers[name] == nil else {
      throw JobLine.Problem(
        reason: "ref '\(TerminalText.escape(name, .line))' is the name of an earlier line")
    }
    let number = numbers.count + 1
    numbers[name] = number
    return number
  }
}
