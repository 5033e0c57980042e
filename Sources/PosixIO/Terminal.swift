import CPosix
import Glibc

/// What a terminal can tell, and a question to whoever sits there.
package enum Terminal {
  /// Columns and rows.
  package struct Size: Hashable, Sendable {
    /// Characters in a line, at least 1.
    package let columns: Int
    /// Lines, at least 1.
    package let rows: Int
  }

  /// The size of the window, or nil when it is no terminal or does not know.
  package static func size(of descriptor: Int32 = StandardStream.output.rawValue) -> Size? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard qctl_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else {
      return nil
    }
    return Size(columns: Int(columns), rows: Int(rows))
  }

  /// Asks on the controlling terminal and answers the line typed, without its end; nil at the end
  /// of input.
  ///
  /// - Throws: `noSuchDevice` where there is no controlling terminal.
  package static func ask(_ question: String) throws(SystemError) -> String? {
    let terminal = try FileDescriptor.open("/dev/tty", .readWrite, .noControllingTerminal)
    try terminal.writeAll(question)
    return try readLine(from: terminal, limit: 4096)
  }

  /// Reads a line byte by byte, so that nothing behind it is taken; nil at the end of input.
  ///
  /// - Throws: `fileTooLarge` for a line of more than `limit` bytes.
  package static func readLine(
    from source: borrowing some Descriptor & ~Copyable, limit: Int
  ) throws(SystemError) -> String? {
    var line: [UInt8] = []
    while true {
      guard let byte = try source.read(upTo: 1).first else {
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      if line.count >= limit { throw SystemError(.fileTooLarge, call: "read") }
      line.append(byte)
    }
  }
}
