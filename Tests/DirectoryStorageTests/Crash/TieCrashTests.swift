import TestSupport
import Testing

/// Opens the store on what a power cut could leave at any moment of work on chains and batches.
@Suite struct TieCrashTests {
  @Test("Whatever a power cut leaves, chains and batches go on", arguments: 0..<4)
  func powerCuts(_ number: Int) throws {
    var generator = SeededGenerator()
    let seed = generator.next() &+ UInt64(number)
    let found = try explore(seed: seed, calls: 12, statesAtOnce: 2)
    #expect(found.trouble == nil, "\(found.trouble ?? "")\n\(generator.note)")
    #expect(found.states > 50)
  }

  /// How many states were opened, and the first trouble.
  private func explore(
    seed: UInt64, calls: Int, statesAtOnce: Int
  ) throws -> (states: Int, trouble: String?) {
    var workload = try TieWorkload(seed: seed)
    try workload.run(calls: calls)
    var generator = SeededGenerator(seed: seed)
    let events = workload.tree.events
    var (states, returned) = (0, 0)
    for end in workload.made..<events.count {
      if case .acknowledged(let call) = events[end] { returned = call }
      let verdict = TieVerdict(workload: workload, returned: returned)
      for state in PowerCut(after: events[...end]).states(atMost: statesAtOnce, &generator) {
        states += 1
        let depth = states % 24 == 0 ? 2 : states % 6 == 0 ? 1 : 0
        let trouble = try verdict.trouble(in: state, seed: seed, depth: depth)
        guard let trouble else { continue }
        return (
          states,
          """
          after event \(end) of \(events.count), in call \(returned + 1):
          \(trouble)
          on disk: \(state.files.joined(separator: "\n"))
          last events: \(events[max(0, end - 8)...end].map { "\($0)" }.joined(separator: "\n"))
          calls: \(workload.calls.prefix(returned + 2).joined(separator: "\n"))
          """
        )
      }
    }
    return (states, nil)
  }
}
