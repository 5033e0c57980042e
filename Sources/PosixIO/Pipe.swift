import CPosix

/// Both ends of a new pipe, closed on exec.
///
/// Hand one end's number to a child, then keep the other: ``keepReader()``, ``keepWriter()``.
package struct Pipe: ~Copyable, Sendable {
  /// The end to read from.
  package let reader: FileDescriptor
  /// The end to write to.
  package let writer: FileDescriptor

  /// A pipe whose ends wait; use ``Descriptor/setNonBlocking(_:)`` on the end that must not.
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    _ = try systemCall("pipe2") { qctl_pipe(&ends) }
    reader = FileDescriptor(owning: ends[0])
    writer = FileDescriptor(owning: ends[1])
  }

  /// Closes the writing end and keeps the other.
  package consuming func keepReader() -> FileDescriptor { reader }

  /// Closes the reading end and keeps the other.
  package consuming func keepWriter() -> FileDescriptor { writer }
}
