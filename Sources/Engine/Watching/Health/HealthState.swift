/// How well something is, with the statuses of monitoring plugins.
package enum HealthState: Int32, Hashable, Sendable, CaseIterable {
  case ok = 0
  case warning = 1
  case critical = 2
  case unknown = 3

  /// As plugins write it.
  package var word: String {
    switch self {
    case .ok: "OK"
    case .warning: "WARNING"
    case .critical: "CRITICAL"
    case .unknown: "UNKNOWN"
    }
  }

  /// How bad it is, the worst being 3: whatever is known to be wrong counts more than what is not known.
  package var severity: Int {
    switch self {
    case .ok: 0
    case .unknown: 1
    case .warning: 2
    case .critical: 3
    }
  }

  /// The worst of some; well where there are none.
  package static func worst(_ states: some Sequence<HealthState>) -> HealthState {
    states.max { $0.severity < $1.severity } ?? .ok
  }
}
