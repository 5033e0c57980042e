import PosixIO
import Storage
import TestSupport
import Testing

/// Random sequences of calls, each store against the model.
///
/// `QCTL_TEST_SEED` repeats one sequence; `QCTL_TEST_STEPS` makes them longer or shorter, and
/// `QCTL_TEST_SEQUENCES` says how many there are.
@Suite struct SequenceTests {
  @Test("A store answers like the model", arguments: Adapters.all)
  func agrees(_ adapter: Adapter) throws {
    let comparison = Comparison(other: adapter)
    for seed in Self.seeds {
      if let divergence = try comparison.firstDivergence(seed: seed, steps: Self.steps) {
        Issue.record("\(try comparison.pinned(divergence).description)")
        return
      }
    }
  }

  @Test("A store with a flaw is found out", arguments: FlawedStore.Flaw.allCases)
  func differs(_ flaw: FlawedStore.Flaw) throws {
    let flawed = Adapter(name: "flawed") { scratch, random in
      FlawedStore(try Adapters.memory.make(scratch, random), flaw)
    }
    let comparison = Comparison(other: flawed)
    let isFound = try (1...30).contains { seed in
      try comparison.firstDivergence(seed: seed, steps: 300) != nil
    }
    #expect(isFound)
  }

  /// Half of them always the same, half never tried before.
  private static var seeds: [UInt64] {
    if let seed = EnvironmentBlock.value("QCTL_TEST_SEED").flatMap({ UInt64($0) }) { return [seed] }
    let count = EnvironmentBlock.value("QCTL_TEST_SEQUENCES").flatMap { Int($0) } ?? 20
    return (1...max(1, count / 2)).map { UInt64($0) }
      + (0..<count / 2).map { _ in UInt64.random(in: .min ... .max) }
  }

  private static var steps: Int {
    EnvironmentBlock.value("QCTL_TEST_STEPS").flatMap { Int($0) } ?? 300
  }
}
