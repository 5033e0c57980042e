/// One dimension of a filter: repeated values mean OR, a leading `!` forbids (design.md §8).
package struct Selection<Value: Equatable & Sendable>: Equatable, Sendable {
  /// At least one must hold; empty means any.
  package var anyOf: [Value]
  /// None may hold.
  package var noneOf: [Value]

  /// Nothing asked for.
  package init(anyOf: [Value] = [], noneOf: [Value] = []) {
    self.anyOf = anyOf
    self.noneOf = noneOf
  }

  /// Whether everything passes.
  package var isEmpty: Bool { anyOf.isEmpty && noneOf.isEmpty }

  /// Judges by the caller's notion of a match.
  package func accepts(_ matches: (Value) -> Bool) -> Bool {
    (anyOf.isEmpty || anyOf.contains(where: matches)) && !noneOf.contains(where: matches)
  }
}
