import CPosix
import Glibc

/// A signal's number.
package struct Signal: RawRepresentable, Hashable, Sendable {
  /// The number.
  package let rawValue: Int32

  /// The signal with that number.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// SIGHUP.
  package static let hangUp = Self(rawValue: SIGHUP)
  /// SIGINT.
  package static let interrupt = Self(rawValue: SIGINT)
  /// SIGQUIT.
  package static let quit = Self(rawValue: SIGQUIT)
  /// SIGTERM.
  package static let terminate = Self(rawValue: SIGTERM)
  /// SIGKILL.
  package static let kill = Self(rawValue: SIGKILL)
  /// SIGSTOP.
  package static let stop = Self(rawValue: SIGSTOP)
  /// SIGCONT.
  package static let resume = Self(rawValue: SIGCONT)
  /// SIGTSTP.
  package static let terminalStop = Self(rawValue: SIGTSTP)
  /// SIGPIPE.
  package static let pipe = Self(rawValue: SIGPIPE)
  /// SIGCHLD.
  package static let child = Self(rawValue: SIGCHLD)
  /// SIGUSR1.
  package static let user1 = Self(rawValue: SIGUSR1)
  /// SIGUSR2.
  package static let user2 = Self(rawValue: SIGUSR2)
  /// SIGALRM.
  package static let alarm = Self(rawValue: SIGALRM)
  /// SIGWINCH.
  package static let windowChange = Self(rawValue: SIGWINCH)
  /// SIGABRT.
  package static let abort = Self(rawValue: SIGABRT)
  /// SIGSEGV.
  package static let segmentation = Self(rawValue: SIGSEGV)

  /// SIGRTMIN + `offset`, as the C library counts it; nil past SIGRTMAX.
  package static func realtime(_ offset: Int32) -> Signal? {
    let (number, overflow) = qctl_realtime_minimum().addingReportingOverflow(offset)
    guard offset >= 0, !overflow, number <= qctl_realtime_maximum() else { return nil }
    return Signal(rawValue: number)
  }
}

extension Signal: CustomStringConvertible {
  /// Its name, such as `SIGTERM`.
  package var description: String {
    switch self {
    case .hangUp: "SIGHUP"
    case .interrupt: "SIGINT"
    case .quit: "SIGQUIT"
    case .terminate: "SIGTERM"
    case .kill: "SIGKILL"
    case .stop: "SIGSTOP"
    case .resume: "SIGCONT"
    case .terminalStop: "SIGTSTP"
    case .pipe: "SIGPIPE"
    case .child: "SIGCHLD"
    case .user1: "SIGUSR1"
    case .user2: "SIGUSR2"
    case .alarm: "SIGALRM"
    case .windowChange: "SIGWINCH"
    case .abort: "SIGABRT"
    case .segmentation: "SIGSEGV"
    default: otherName
    }
  }

  private var otherName: String {
    switch rawValue {
    case SIGILL: return "SIGILL"
    case SIGTRAP: return "SIGTRAP"
    case SIGBUS: return "SIGBUS"
    case SIGFPE: return "SIGFPE"
    case SIGXCPU: return "SIGXCPU"
    case SIGXFSZ: return "SIGXFSZ"
    case SIGSYS: return "SIGSYS"
    case SIGTTIN: return "SIGTTIN"
    case SIGTTOU: return "SIGTTOU"
    default:
      let offset = rawValue &- qctl_realtime_minimum()
      return offset >= 0 ? "SIGRTMIN+\(offset)" : "signal \(rawValue)"
    }
  }
}
