import PosixIO

/// The person or program at the other end of a command: what it types, and its wish to stop.
package struct Interaction {
  /// Reads standard input to its end, refusing to hold more bytes than this.
  package let readAll: (_ limit: Int) throws(CommandFailure) -> [UInt8]
  /// Reads one line of standard input without its end; `nil` at the end of input.
  package let readLine: () -> String?
  /// Begins a change that must not be torn.
  ///
  /// From now on Ctrl-C, SIGTERM and a reader that goes away no longer end the process. The answer
  /// tells, each time it is asked, whether to stop.
  package let watchForStop: () -> () -> Bool

  /// Every part in turn.
  package init(
    readAll: @escaping (_ limit: Int) throws(CommandFailure) -> [UInt8],
    readLine: @escaping () -> String?, watchForStop: @escaping () -> () -> Bool
  ) {
    self.readAll = readAll
    self.readLine = readLine
    self.watchForStop = watchForStop
  }
}

extension Interaction {
  /// Nobody: no input, no wish to stop.
  package static var none: Interaction {
    Interaction(readAll: { _ in [] }, readLine: { nil }, watchForStop: { { false } })
  }

  /// The streams and signals of this process.
  static var process: Interaction {
    Interaction(
      readAll: readInput,
      readLine: { try? Terminal.readLine(from: StandardStream.input, limit: 4096) },
      watchForStop: {
        let watch = StopWatch()
        return { watch.isAskedToStop }
      })
  }

  private static func readInput(_ limit: Int) throws(CommandFailure) -> [UInt8] {
    do {
      return try StandardStream.input.readAll(limit: limit)
    } catch {
      throw .failed(.inputOutput, "cannot read standard input: \(error.code.reason)")
    }
  }
}

/// Turns Ctrl-C and SIGTERM into a question that a loop asks between two batches.
private final class StopWatch {
  private let source: SignalSource?
  private var wasAsked = false

  init() {
    // A verb that writes finishes even when nobody reads on (design.md §8).
    try? Signal.pipe.setDisposition(.ignore)
    source = try? SignalSource([.interrupt, .terminate])
  }

  var isAskedToStop: Bool {
    if !wasAsked { wasAsked = (try? source?.next()) != nil }
    return wasAsked
  }
}
