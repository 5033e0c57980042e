import Synchronization
import TestSupport

/// The random bits that a store is given; two stores with tapes of the same seed draw the same.
final class RandomTape: Sendable {
  private let generator: Mutex<SeededGenerator>

  init(seed: UInt64) {
    generator = Mutex(SeededGenerator(seed: seed))
  }

  func draw() -> UInt64 {
    generator.withLock { $0.next() }
  }

  /// Starts anew, so that a call that failed after some draws leaves no trace in the next one.
  func rewind(to seed: UInt64) {
    generator.withLock { $0 = SeededGenerator(seed: seed) }
  }
}
