import CPosix
import Glibc

/// What to wait for with epoll, or what it found.
package struct EpollEvents: OptionSet, Hashable, Sendable {
  /// The `EPOLL` bits.
  package let rawValue: UInt32

  /// The events with those bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Something can be read, or the end was reached (EPOLLIN).
  package static let read = Self(rawValue: 0x001)
  /// A write would not wait (EPOLLOUT).
  package static let write = Self(rawValue: 0x004)
  /// An error waits, or a pipe's reader has gone (EPOLLERR); always reported.
  package static let error = Self(rawValue: 0x008)
  /// The other end has gone (EPOLLHUP); always reported.
  package static let hangUp = Self(rawValue: 0x010)
  /// Report once, then stay silent until modified (EPOLLONESHOT).
  package static let oneShot = Self(rawValue: 1 << 30)
  /// Report only changes (EPOLLET).
  package static let edge = Self(rawValue: 1 << 31)
}

/// A set of descriptors to wait for, each with a token that says what it is to its owner.
///
/// Remove a descriptor before closing it: while a copy of it is open elsewhere, its events go on.
package struct Epoll: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// Something that happened.
  package struct Event: Hashable, Sendable {
    /// The token given with the descriptor.
    package let token: UInt64
    /// What was found.
    package let events: EpollEvents
  }

  /// An empty set.
  package init() throws(SystemError) {
    descriptor = FileDescriptor(owning: try systemCall("epoll_create1") { qctl_epoll_create() })
  }

  /// Starts waiting for a descriptor.
  package func add(
    _ number: Int32, _ events: EpollEvents, token: UInt64
  ) throws(SystemError) {
    try control(1, number, events, token)
  }

  /// Changes what is waited for on a descriptor, or its token.
  package func modify(
    _ number: Int32, _ events: EpollEvents, token: UInt64
  ) throws(SystemError) {
    try control(3, number, events, token)
  }

  /// Stops waiting for a descriptor.
  package func remove(_ number: Int32) throws(SystemError) {
    try control(2, number, [], 0)
  }

  /// Waits until something happens, and answers up to 64 events; none when the time ran out.
  ///
  /// `milliseconds` nil waits for ever. A signal does not end the wait nor lengthen it.
  package func wait(milliseconds: Int?) throws(SystemError) -> [Event] {
    var timeout = WaitTimeout(milliseconds: milliseconds)
    while true {
      let (found, code) = collect(timeout.remaining())
      if code == 0 { return found }
      guard code == EINTR else { throw SystemError(SystemError.Code(code), call: "epoll_wait") }
    }
  }

  private func control(
    _ operation: Int32, _ number: Int32, _ events: EpollEvents, _ token: UInt64
  ) throws(SystemError) {
    _ = try systemCall("epoll_ctl") {
      qctl_epoll_control(descriptor.rawValue, operation, number, events.rawValue, token)
    }
  }

  private func collect(_ timeout: Int32) -> ([Event], Int32) {
    let capacity = 64
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: capacity) { tokens in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: capacity) { events in
        let count = qctl_epoll_wait(
          descriptor.rawValue, tokens.baseAddress, events.baseAddress, Int32(capacity), timeout)
        if count < 0 { return ([], errno) }
        let found = (0..<Int(count)).map {
          Event(token: tokens[$0], events: EpollEvents(rawValue: events[$0]))
        }
        return (found, 0)
      }
    }
  }
}
