import CPosix

/// A limit the kernel puts on this process and the children it starts later.
package enum ResourceLimit: Sendable {
  /// One more than the highest descriptor number.
  case openFiles
  /// Bytes of a core file; 0 for none.
  case coreFile

  /// The limit in force and the one up to which it may be raised; `UInt64.max` is unlimited.
  package struct Values: Hashable, Sendable {
    /// In force.
    package var soft: UInt64
    /// The ceiling.
    package var hard: UInt64

    /// Both limits.
    package init(soft: UInt64, hard: UInt64) {
      self.soft = soft
      self.hard = hard
    }
  }

  /// The limits now.
  package func values() throws(SystemError) -> Values {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    _ = try systemCall("getrlimit") { qctl_get_limit(number, &soft, &hard) }
    return Values(soft: soft, hard: hard)
  }

  /// Sets both; raising the ceiling needs privilege.
  package func set(_ values: Values) throws(SystemError) {
    _ = try systemCall("setrlimit") { qctl_set_limit(number, values.soft, values.hard) }
  }

  private var number: Int32 {
    switch self {
    case .openFiles: Int32(qctl_limit_open_files)
    case .coreFile: Int32(qctl_limit_core)
    }
  }
}
