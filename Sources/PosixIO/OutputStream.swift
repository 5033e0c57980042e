import Glibc

/// Why output could not be written.
package enum OutputError: Error, Hashable, Sendable {
  /// Nobody reads any more (EPIPE): a reason to stop quietly, not to complain.
  case closed
  /// Anything else, such as a full disk.
  case failed(SystemError)

  init(_ error: SystemError) {
    self = error.code == .brokenPipe ? .closed : .failed(error)
  }
}

/// Buffered output; nothing is written before the buffer is full or ``flush()`` is called.
///
/// It does not own its descriptor and does not flush at its end: whoever made it must call
/// ``flush()`` and heed the error. After an error the bytes in the buffer are dropped, and each
/// further write or flush throws the same error.
package final class OutputStream {
  private var descriptor: BorrowedDescriptor
  private let capacity: Int
  private var buffer: [UInt8] = []
  private var failure: OutputError?
  private var detour: (() -> Int32?)?
  private var isAskedToStop: (() -> Bool)?
  private var writes: UInt8 = 0

  /// Buffers for an open descriptor, standard output unless told otherwise.
  package init(
    rawDescriptor: Int32 = StandardStream.output.rawValue, capacity: Int = 64 << 10
  ) {
    descriptor = BorrowedDescriptor(rawDescriptor)
    self.capacity = max(capacity, 1)
  }

  /// Lets the bytes go elsewhere: asked once, when the first of them are about to leave.
  ///
  /// The answer is an open descriptor, or nil for the one that it has.
  package func divert(to open: @escaping () -> Int32?) { detour = open }

  /// Stops when asked to: from then on nothing is written, as if nobody read any more.
  ///
  /// It is asked at each flush, and at some of the writes between, since asking may cost a system call.
  package func stop(when isAskedToStop: @escaping () -> Bool) { self.isAskedToStop = isAskedToStop }

  /// Appends text as UTF-8.
  package func write(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    try written()
  }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws(OutputError) {
    buffer.append(contentsOf: bytes)
    try written()
  }

  /// Appends bytes.
  package func write(_ bytes: ArraySlice<UInt8>) throws(OutputError) {
    buffer.append(contentsOf: bytes)
    try written()
  }

  /// Appends one byte.
  package func write(byte: UInt8) throws(OutputError) {
    buffer.append(byte)
    try written()
  }

  private func written() throws(OutputError) {
    writes &+= 1
    if buffer.count >= capacity || writes & 31 == 0 && isAskedToStop != nil && mustStop {
      try flush()
    }
  }

  private var mustStop: Bool { isAskedToStop?() ?? false }

  /// Writes out all that is buffered.
  package func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    if failure == nil, mustStop { failure = .closed }
    if let failure { throw failure }
    if let open = detour, !buffer.isEmpty { takeDetour(open) }
    do {
      try descriptor.writeAll(buffer)
    } catch {
      let reason = OutputError(error)
      failure = reason
      throw reason
    }
  }

  private func takeDetour(_ open: () -> Int32?) {
    detour = nil
    if let number = open() { descriptor = BorrowedDescriptor(number) }
  }

  /// True when it is a terminal.
  package var isTTY: Bool { descriptor.isTTY }
}

/// Unbuffered diagnostics on standard error.
package enum ErrorOutput {
  /// Writes the text in one call; there is nowhere left to tell of a failure, so none is told.
  package static func write(_ text: String) {
    try? StandardStream.error.writeAll(text)
  }
}
