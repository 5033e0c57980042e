import PosixIO
import Synchronization

/// Sees to it that a command with a time-out answers once: with what it found, or that it found nothing.
final class AnswerOnce: Sendable {
  private let isTaken = Atomic(false)

  /// Whether the caller is the one to answer.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }

  /// Answers for the time-out, if nobody has yet.
  ///
  /// A reader that has stopped reading is not waited for.
  func answer(_ text: String) {
    guard take() else {
      // The answer is being written; what can't be written in a second never will be.
      return SystemClock.sleep(nanoseconds: 1_000_000_000)
    }
    let output = StandardStream.output
    guard let ready = try? Poll.wait(for: .write, on: output.rawValue, milliseconds: 0),
      ready.contains(.write)
    else { return }
    try? output.writeAll(text)
  }
}
