/// Finds what a misspelt name was meant to be; only ever to say so, never to run it.
enum Suggestion {
  private static let farthest = 2
  private static let longestWord = 64

  /// The names within distance 2 of the word, the nearest first, at most three.
  static func names(for word: String, among names: [String]) -> [String] {
    let typed = Array(word.utf8)
    guard !typed.isEmpty, typed.count <= longestWord else { return [] }
    var near: [(name: String, distance: Int)] = []
    for name in names {
      let candidate = Array(name.utf8)
      // A guess that shares nothing with what was typed helps nobody.
      let limit = min(farthest, max(typed.count, candidate.count) - 1)
      guard abs(candidate.count - typed.count) <= limit else { continue }
      let distance = distance(typed, candidate)
      if distance <= limit { near.append((name, distance)) }
    }
    return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  /// "; did you mean 'list'?", or nothing.
  static func ending(for word: String, among names: [String]) -> String {
    ending(Suggestion.names(for: word, among: names))
  }

  /// "; did you mean 'a' or 'b'?" for names already found, or nothing.
  static func ending(_ suggestions: [String]) -> String {
    guard !suggestions.isEmpty else { return "" }
    return "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?"
  }

  /// Damerau-Levenshtein distance in its restricted form: neighbours may swap once.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older: [Int] = []
    var previous = Array(0...right.count)
    for (row, a) in left.enumerated() {
      var current = [row + 1]
      for (column, b) in right.enumerated() {
        var best = min(previous[column + 1] + 1, current[column] + 1)
        best = min(best, previous[column] + (a == b ? 0 : 1))
        if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
          best = min(best, older[column - 1] + 1)
        }
        current.append(best)
      }
      older = previous
      previous = current
    }
    return previous[right.count]
  }
}
