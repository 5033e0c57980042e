import CPosix

/// A socket of this host for single messages, that has no name of its own.
package struct DatagramSocket: ~Copyable {
  private let descriptor: FileDescriptor

  /// A socket that never waits.
  package init() throws(SystemError) {
    descriptor = FileDescriptor(owning: try systemCall("socket") { qctl_datagram_socket() })
  }

  /// Sends one message to the socket with that path, or, behind `@`, that abstract name.
  ///
  /// - Throws: also `nameTooLong`, and `wouldBlock` where the reader is behind.
  package func send(_ text: String, to address: String) throws(SystemError) {
    let bytes = Array(text.utf8)
    let name = Array(address.utf8)
    _ = try systemCall("sendto") {
      qctl_send(descriptor.rawValue, name, name.count, bytes, bytes.count)
    }
  }
}
