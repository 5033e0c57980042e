import PosixIO

/// Random numbers that can be had again: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
///
/// Name ``note`` in the comment of an expectation, so that a failure tells how to repeat it.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// What it was started with.
  package let seed: UInt64
  private var state: UInt64

  /// Starts from `seed`.
  package init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Starts from ``TestSeed/chosen``.
  package init() { self.init(seed: TestSeed.chosen) }

  /// How to repeat the run.
  package var note: String { "repeat with QCTL_TEST_SEED=\(seed)" }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
