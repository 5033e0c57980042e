/// How much a log record matters; the names of swift-log (conventions.md §4).
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case trace, debug, info, notice, warning, error, critical

  /// 0 for trace up to 6 for critical.
  package var severity: Int {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }

  package static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.severity < right.severity
  }
}
