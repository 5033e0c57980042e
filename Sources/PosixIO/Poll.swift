import Glibc

/// What to wait for on a descriptor, or what was found there.
package struct PollEvents: OptionSet, Hashable, Sendable {
  /// The `POLL` bits.
  package let rawValue: Int16

  /// The events with those bits.
  package init(rawValue: Int16) { self.rawValue = rawValue }

  /// Something can be read, or the end was reached.
  package static let read = Self(rawValue: Int16(POLLIN))
  /// A write would not wait.
  package static let write = Self(rawValue: Int16(POLLOUT))
  /// The other end has gone; only found, never asked for.
  package static let hangUp = Self(rawValue: Int16(POLLHUP))
  /// An error waits, or a pipe's reader has gone; only found, never asked for.
  package static let error = Self(rawValue: Int16(POLLERR))
  /// The descriptor is not open; only found, never asked for.
  package static let invalid = Self(rawValue: Int16(POLLNVAL))
}

/// A descriptor to wait for.
package struct PollEntry: Hashable, Sendable {
  /// The descriptor's number; a negative one is skipped.
  package var descriptor: Int32
  /// What to wait for.
  package var interest: PollEvents
  /// What the last poll found.
  package internal(set) var ready: PollEvents = []

  /// Waits for `interest` on a descriptor.
  package init(_ descriptor: Int32, _ interest: PollEvents) {
    self.descriptor = descriptor
    self.interest = interest
  }
}

/// Waiting for descriptors, by poll(2).
package enum Poll {
  /// Waits until an entry is ready, and answers how many are; 0 when the time ran out.
  ///
  /// `milliseconds` nil waits for ever. A signal does not end the wait nor lengthen it.
  package static func wait(
    for entries: inout [PollEntry], milliseconds: Int?
  ) throws(SystemError) -> Int {
    var list = entries.map {
      pollfd(fd: $0.descriptor, events: $0.interest.rawValue, revents: 0)
    }
    let found = try wait(&list, milliseconds: milliseconds)
    for index in entries.indices {
      entries[index].ready = PollEvents(rawValue: list[index].revents)
    }
    return found
  }

  /// Waits for one descriptor; what was found is empty when the time ran out.
  package static func wait(
    for interest: PollEvents, on descriptor: Int32, milliseconds: Int?
  ) throws(SystemError) -> PollEvents {
    var entries = [PollEntry(descriptor, interest)]
    _ = try wait(for: &entries, milliseconds: milliseconds)
    return entries[0].ready
  }

  private static func wait(
    _ list: inout [pollfd], milliseconds: Int?
  ) throws(SystemError) -> Int {
    var timeout = WaitTimeout(milliseconds: milliseconds)
    while true {
      let found = poll(&list, nfds_t(list.count), timeout.remaining())
      if found >= 0 { return Int(found) }
      let code = errno
      guard code == EINTR else { throw SystemError(SystemError.Code(code), call: "poll") }
    }
  }
}

/// How long a wait may still last, in the whole milliseconds that poll and epoll take.
struct WaitTimeout {
  private let milliseconds: Int?
  private var deadline: Int64?

  init(milliseconds: Int?) {
    self.milliseconds = milliseconds.map { min(max($0, 0), Int(Int32.max)) }
  }

  /// Reads the clock only when asked again, after an interruption or to fix the end of the wait.
  mutating func remaining() -> Int32 {
    guard let milliseconds else { return -1 }
    if milliseconds == 0 { return 0 }
    let now = SystemClock.monotonicNanoseconds()
    guard let deadline else {
      deadline = now &+ Int64(milliseconds) &* 1_000_000
      return Int32(milliseconds)
    }
    return Int32(max(0, (deadline &- now &+ 999_999) / 1_000_000))
  }
}
