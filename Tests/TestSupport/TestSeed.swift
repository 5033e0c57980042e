import PosixIO

/// What random tests start from: the same each time, unless `$QCTL_TEST_SEED` says otherwise.
///
/// A number there repeats a run; `random` draws a seed never seen before, which is how more is found.
package enum TestSeed {
  /// The seed of a test that has one.
  package static var chosen: UInt64 { wished.number ?? (wished.isRandom ? drawn() : 300) }

  /// The seeds of a test that has several.
  package static func chosen(_ count: Int) -> [UInt64] {
    if let number = wished.number { return [number] }
    return (1...max(1, count)).map { wished.isRandom ? drawn() : UInt64($0) }
  }

  /// A seed never seen before, whatever is wished: for names that nobody else may have.
  package static func drawn() -> UInt64 { UInt64.random(in: .min ... .max) }

  private static var wished: (number: UInt64?, isRandom: Bool) {
    let text = EnvironmentBlock.value("QCTL_TEST_SEED") ?? ""
    return (UInt64(text), text == "random")
  }
}
