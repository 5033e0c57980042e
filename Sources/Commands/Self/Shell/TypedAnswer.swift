import PosixIO

/// What is typed when a command in the process of a shell asks.
enum TypedAnswer {
  /// A line of standard input without its end; `nil` at the end of input, and after Ctrl-C.
  static func read(_ signals: SessionSignals) -> String? {
    var line: [UInt8] = []
    while line.count < 4096 {
      guard waitForByte(signals), let byte = try? StandardStream.input.read(upTo: 1).first else {
        break
      }
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return line.isEmpty || signals.isAskedToStop ? nil : String(decoding: line, as: UTF8.self)
  }

  private static func waitForByte(_ signals: SessionSignals) -> Bool {
    while !signals.isAskedToStop {
      var entries = [
        PollEntry(StandardStream.input.rawValue, .read), PollEntry(signals.descriptor, .read),
      ]
      guard (try? Poll.wait(for: &entries, milliseconds: nil)) != nil else { return false }
      if !entries[0].ready.isEmpty { return true }
    }
    return false
  }
}
