import PosixIO
import Text

/// The lines of a script, as they can be had.
struct ScriptInput {
  /// The largest file that is taken for a script, in bytes.
  static let largest = 16 << 20

  /// A line, or why there is none.
  enum Line {
    case text(String)
    case notText
    case failed(String)
    case end
  }

  private var buffer = LineBuffer()
  /// Where more comes from; `nil` where all is there.
  private var signals: SessionSignals?
  private var failure: String?
  /// Whether lines are worth telling: `-c` has one.
  let hasLines: Bool

  /// Commands of the command line.
  init(_ text: String) {
    hasLines = text.utf8.contains(0x0A)
    buffer.append(Array(text.utf8))
  }

  /// A file that was read.
  init(bytes: [UInt8]) {
    hasLines = true
    buffer.append(bytes)
  }

  /// Standard input, read until its end, or until a signal comes.
  init(standardInput signals: SessionSignals) {
    hasLines = true
    self.signals = signals
  }

  /// The next line.
  mutating func next() -> Line {
    while true {
      if let range = buffer.next() { return line(range) }
      guard read() else { break }
    }
    if let failure { return .failed(failure) }
    return buffer.rest().map(line) ?? .end
  }

  private func line(_ range: Range<Int>) -> Line {
    let bytes = buffer.bytes[range]
    guard isValidUTF8(Array(bytes)), !bytes.contains(0) else { return .notText }
    return .text(String(decoding: bytes, as: UTF8.self))
  }

  /// Waits for more; false at the end.
  private mutating func read() -> Bool {
    guard let signals else { return false }
    while !signals.isAskedToStop {
      var entries = [
        PollEntry(StandardStream.input.rawValue, .read), PollEntry(signals.descriptor, .read),
      ]
      do {
        _ = try Poll.wait(for: &entries, milliseconds: nil)
        guard !entries[0].ready.isEmpty else { continue }
        let piece = try StandardStream.input.read(upTo: 64 << 10)
        if !piece.isEmpty {
          buffer.append(piece)
          return true
        }
      } catch {
        failure = error.code.reason
      }
      break
    }
    self.signals = nil
    return false
  }
}
