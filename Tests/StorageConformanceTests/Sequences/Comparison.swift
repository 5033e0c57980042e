import Jobs
import Storage
import TestSupport

/// Runs the same random sequence over two stores until they differ.
///
/// Both are given the same random bits, started anew before each step, so that ids and tokens are
/// equal as long as both draw in the order that `MemoryStore` documents.
struct Comparison {
  /// The first step at which two stores differed.
  struct Divergence: Error, CustomStringConvertible {
    let seed: UInt64
    let step: Int
    let history: [String]
    let details: String

    var description: String {
      """
      step \(step) differs; repeat with QCTL_TEST_SEED=\(seed) QCTL_TEST_STEPS=\(step + 1)
      \(details)
      after:
      \(history.joined(separator: "\n"))
      """
    }
  }

  let other: Adapter
  /// How often everything visible is compared, in steps.
  var lookEvery = 20

  /// The first divergence, if there is one.
  func firstDivergence(seed: UInt64, steps: Int) throws -> Divergence? {
    let tapes = (RandomTape(seed: seed), RandomTape(seed: seed))
    let right = try Workshop(other, tape: tapes.1)
    let left = try Workshop(Adapters.model(like: right.store), tape: tapes.0)
    var generator = OperationGenerator(seed: seed)
    var history: [String] = []
    for step in 0..<steps {
      let operation = generator.next()
      let now = generator.now
      history.append("\(step) at \(now.milliseconds): \(operation)")
      for tape in [tapes.0, tapes.1] { tape.rewind(to: seed &+ UInt64(step)) }
      let expected = operation.perform(on: left.store, at: now)
      let found = operation.perform(on: right.store, at: now)
      var details: [String] = []
      if expected != found { details.append("expected \(expected)\nfound    \(found)") }
      if details.isEmpty, step % lookEvery == lookEvery - 1 || step == steps - 1 {
        details = try differences(left.store, right.store, at: now)
      }
      guard details.isEmpty else {
        return Divergence(
          seed: seed, step: step, history: history.suffix(6).map { Self.short($0) },
          details: details.joined(separator: "\n"))
      }
      generator.learn(operation, expected)
    }
    return nil
  }

  private static func short(_ line: String) -> String {
    line.count > 1500 ? line.prefix(1500) + "…" : line
  }

  /// The same divergence, found at the very step that caused it, not at the next look.
  func pinned(_ divergence: Divergence) throws -> Divergence {
    var closer = self
    closer.lookEvery = 1
    return try closer.firstDivergence(seed: divergence.seed, steps: divergence.step + 1)
      ?? divergence
  }

  private func differences(
    _ left: any StorageAdapter, _ right: any StorageAdapter, at now: Instant
  ) throws -> [String] {
    try Everything(of: left, at: now).differences(from: Everything(of: right, at: now))
  }
}
