import Glibc

extension ProcessTable {
  /// The process with that number if it was started between two moments, of
  /// ``SystemClock/boottimeNanoseconds()``; nil when there is none, or a later one has the number.
  ///
  /// Exact when the first was taken before the start and the second by the process itself: the
  /// kernel tells starts in clock ticks, rounded down, so the moments are, too. A zombie is found.
  package static func entry(
    _ pid: Int32, startedBetween first: Int64, and last: Int64
  ) throws(SystemError) -> Entry? {
    guard let ticks = ticks(from: first, to: last), let entry = try entry(pid) else { return nil }
    return ticks.contains(entry.startTicks) ? entry : nil
  }

  /// True when the process with that number was started between two moments and has not ended; see
  /// ``entry(_:startedBetween:and:)``.
  package static func isProcess(
    _ pid: Int32, startedBetween first: Int64, and last: Int64
  ) throws(SystemError) -> Bool {
    try entry(pid, startedBetween: first, and: last).map { !$0.isZombie } ?? false
  }

  /// The number of this process's pid namespace, in which its process numbers mean something; nil
  /// where it can't be read.
  ///
  /// With ``Host/bootIDBytes()`` it tells whether another's process numbers are also ours.
  package static func namespace() -> UInt64? {
    (try? FileSystem.status(of: "/proc/self/ns/pid"))?.inode
  }

  static func ticks(from first: Int64, to last: Int64) -> ClosedRange<UInt64>? {
    let perSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
    guard perSecond > 0, first >= 0, last >= first else { return nil }
    let length = 1_000_000_000 / perSecond
    guard length > 0 else { return nil }
    return UInt64(first / length)...UInt64(last / length)
  }
}

extension ProcessTable {
  /// True when the environment that a process was started with has that `NAME=value`, byte for byte.
  ///
  /// A process that has ended has none. One on the way to its program has its parent's and, for an
  /// instant even after ``ChildProcess/spawn(_:)`` has returned, none.
  ///
  /// - Returns: nil where it may not be read, as of another user's process.
  package static func environmentContains(_ pid: Int32, _ entry: [UInt8]) -> Bool? {
    guard !entry.isEmpty, !entry.contains(0) else { return false }
    do {
      let bytes = try FileSystem.readFile("/proc/\(pid)/environ", limit: environmentLimit)
      return contains(bytes, entry)
    } catch {
      return error.code == .noSuchFile || error.code == .noSuchProcess ? false : nil
    }
  }

  // Arguments and environment together are at most a quarter of the stack's limit, and 6 MiB at
  // that: execve(2).
  private static let environmentLimit = 8 << 20

  private static func contains(_ bytes: [UInt8], _ entry: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0) ?? rest.endIndex
      if end - rest.startIndex == entry.count, rest[..<end].elementsEqual(entry) { return true }
      rest = rest[end...].dropFirst()
    }
    return false
  }
}
