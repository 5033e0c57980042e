import Glibc

/// Other processes of this machine, as /proc shows them.
package enum ProcessTable {
  /// What tells one process from a later one with the same number.
  package struct Entry: Hashable, Sendable {
    /// Its number.
    package let pid: Int32
    /// The number of its group.
    package let group: Int32
    /// When it started, in clock ticks after boot.
    package let startTicks: UInt64
    /// The kernel's letter: `R`, `S`, `D`, `T`, `Z` for a zombie, and so on.
    package let state: UInt8

    /// True when it has ended, and only waits to be reaped.
    package var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
  }

  /// A process, or nil when there is none with that number.
  package static func entry(_ pid: Int32) throws(SystemError) -> Entry? {
    do {
      return parse(try FileSystem.readFile("/proc/\(pid)/stat", limit: 4096), pid: pid)
    } catch {
      // A process that ends between open and read gives ESRCH.
      if error.code == .noSuchFile || error.code == .noSuchProcess { return nil }
      throw error
    }
  }

  /// The numbers of all processes that /proc shows to us.
  package static func numbers() throws(SystemError) -> [Int32] {
    var reader = try DirectoryReader("/proc")
    var found: [Int32] = []
    while let name = try reader.next() {
      if let pid = Int32(name.name) { found.append(pid) }
    }
    return found
  }

  /// All processes of a group, zombies left out.
  package static func members(ofGroup group: Int32) throws(SystemError) -> [Entry] {
    var found: [Entry] = []
    for pid in try numbers() {
      guard let entry = try entry(pid) else { continue }
      if entry.group == group, !entry.isZombie { found.append(entry) }
    }
    return found
  }

  // `pid (name) state ppid pgrp … starttime …`, the name may hold anything: proc(5), fields 3, 5
  // and 22.
  static func parse(_ bytes: [UInt8], pid: Int32) -> Entry? {
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: 0x20)
    guard fields.count > 19, let state = fields[0].first,
      let group = Int32(String(decoding: fields[2], as: UTF8.self)),
      let start = UInt64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    return Entry(pid: pid, group: group, startTicks: start, state: state)
  }
}
