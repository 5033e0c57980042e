import PosixIO
import Storage
import TestSupport
import Testing

/// Random sequences of calls, each store against the model.
///
/// `QCTL_TEST_SEED` repeats one sequence or draws new ones (TestSeed); `QCTL_TEST_STEPS` makes them longer or shorter, and
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

  private static var seeds: [UInt64] {
    TestSeed.chosen(EnvironmentBlock.value("QCTL_TEST_SEQUENCES").flatMap { Int($0) } ?? 20)
  }

  private static var steps: Int {
    EnvironmentBlock.value("QCTL_TEST_STEPS").flatMap { Int($0) } ?? 300
  }
}
