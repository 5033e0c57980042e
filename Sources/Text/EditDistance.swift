/// How far apart two words are, and which known word was probably meant.
package enum EditDistance {
  /// Insertions, deletions, substitutions and swaps of neighbours that turn `left` into `right`, no
  /// part edited twice (optimal string alignment).
  package static func between(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars)
    let right = Array(right.unicodeScalars)
    var older: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in right.indices {
        let isSame = left[row] == right[column]
        var best = min(
          previous[column] + (isSame ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, older[column - 1] + 1)
        }
        current.append(best)
      }
      older = previous
      previous = current
    }
    return previous[right.count]
  }

  /// The candidates at most `maximum` edits from `name`, nearest first, else in the order given.
  ///
  /// A candidate that shares nothing with a short name is left out: two edits away from `ab` is
  /// everything of two letters.
  package static func nearest(
    _ name: String, among candidates: some Sequence<String>, maximum: Int = 2
  ) -> [String] {
    let length = name.unicodeScalars.count
    var found: [(distance: Int, name: String)] = []
    for candidate in candidates {
      let other = candidate.unicodeScalars.count
      guard abs(other - length) <= maximum else { continue }
      let distance = between(name, candidate)
      guard distance <= maximum, distance < max(length, other) else { continue }
      found.append((distance, candidate))
    }
    return (0...max(0, maximum)).flatMap { distance in
      found.filter { $0.distance == distance }.map(\.name)
    }
  }
}
