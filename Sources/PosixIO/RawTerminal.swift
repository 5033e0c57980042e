import Glibc

/// A terminal that gives its keys one by one and shows only what is written to it.
///
/// `leave` gives it back as it was; whoever enters must leave, whatever happens between.
package final class RawTerminal {
  private let input: Int32
  private let output: Int32
  private var former = termios()
  private(set) var isEntered = false

  /// A terminal for keys, and one, usually the same, to write to.
  package init(
    input: Int32 = StandardStream.input.rawValue, output: Int32 = StandardStream.output.rawValue
  ) {
    self.input = input
    self.output = output
  }

  /// Begins: keys come at once and are not shown, Ctrl-C is a key, and there is a screen of its own.
  package func enter() throws(SystemError) {
    guard !isEntered else { return }
    var found = termios()
    _ = try systemCall("tcgetattr") { tcgetattr(input, &found) }
    former = found
    found.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    found.c_iflag &= ~tcflag_t(IXON | ICRNL)
    _ = try systemCall("tcsetattr") { tcsetattr(input, TCSADRAIN, &found) }
    isEntered = true
    try write(Self.begin)
  }

  /// Ends: the former screen and the former ways are back.
  package func leave() {
    guard isEntered else { return }
    isEntered = false
    try? write(Self.end)
    _ = tcsetattr(input, TCSADRAIN, &former)
  }

  /// Shows bytes at once.
  package func write(_ bytes: [UInt8]) throws(SystemError) {
    try BorrowedDescriptor(output).writeAll(bytes)
  }

  /// What was typed, waiting at most so long; empty where nothing was, `nil` once nobody is there.
  package func keys(milliseconds: Int) throws(SystemError) -> [UInt8]? {
    let ready = try Poll.wait(for: .read, on: input, milliseconds: milliseconds)
    guard !ready.isEmpty else { return [] }
    guard ready.contains(.read) else { return nil }
    let bytes = try BorrowedDescriptor(input).read(upTo: 256)
    return bytes.isEmpty ? nil : bytes
  }

  /// The size of the window now.
  package var size: Terminal.Size? { Terminal.size(of: output) }

  // The other screen, no cursor; and back, after all colours.
  private static let begin = Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J".utf8)
  private static let end = Array("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l".utf8)
}
