/// Why a time zone cannot be used.
package enum TimeZoneError: Error, Equatable, Sendable {
  /// Not a name a zone can have.
  case invalidName(String)
  /// No such zone on this host.
  case unknown(String)
  /// The zone's file is damaged.
  case malformed(String)
  /// The zone counts leap seconds (`right/…`), which civil time in milliseconds does not.
  case leapSeconds(String)
}

extension TimeZoneError: CustomStringConvertible {
  /// One clause for a message; the name in it is as given, so escape it for a terminal.
  package var description: String {
    switch self {
    case .invalidName(let name): "'\(name)' is not a time zone name"
    case .unknown(let name): "no time zone '\(name)' on this host"
    case .malformed(let name): "the file of time zone '\(name)' is damaged"
    case .leapSeconds(let name): "time zone '\(name)' counts leap seconds, which is not supported"
    }
  }
}
