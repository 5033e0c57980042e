import PosixIO
import Storage

/// Moving bytes to and from a handler, never waiting for it: each call does what one readiness
/// event promises, so that a noisy handler gets no more than its turn.
extension RunningJob {
  /// Reads once from standard output.
  func readOutput(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let bytes = Self.read(&output, buffer) else { return }
    capture.output.append(bytes)
  }

  /// Reads once from standard error.
  func readError(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let bytes = Self.read(&error, buffer) else { return }
    capture.error.append(bytes)
    errorEnd.append(bytes)
  }

  /// Writes more of the payload, and closes the pipe after the last byte.
  ///
  /// A handler that no longer reads has what it wanted: that is no failure.
  func writeInput() {
    guard let number = input?.rawValue else { return }
    let pipe = BorrowedDescriptor(number)
    guard let count = Self.write(claimed.payload[written...], to: pipe) else {
      input = nil
      return
    }
    written += count
    if written >= claimed.payload.count { input = nil }
  }

  /// What is kept of both streams, standard output first; `nil` if the handler said nothing.
  var keptOutput: [UInt8]? {
    guard !capture.output.isEmpty || !capture.error.isEmpty else { return nil }
    var bytes = capture.output.bytes
    if let last = bytes.last, last != UInt8(ascii: "\n"), !capture.error.isEmpty {
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes + capture.error.bytes
  }

  /// Writes what a non-blocking pipe takes.
  ///
  /// - Returns: how many bytes that was; `nil` where nobody reads any more.
  static func write(
    _ bytes: ArraySlice<UInt8>, to pipe: borrowing some Descriptor & ~Copyable
  ) -> Int? {
    var rest = bytes
    while !rest.isEmpty {
      do { rest = rest.dropFirst(try pipe.write(rest)) } catch {
        guard error.code == .wouldBlock else { return nil }
        break
      }
    }
    return bytes.count - rest.count
  }

  // An event said that a read gives bytes, or the end, at once.
  private static func read(
    _ pipe: inout FileDescriptor?, _ buffer: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer? {
    let count = (try? pipe?.read(into: buffer)) ?? 0
    guard count > 0 else {
      pipe = nil
      return nil
    }
    return UnsafeRawBufferPointer(rebasing: buffer[..<count])
  }
}
