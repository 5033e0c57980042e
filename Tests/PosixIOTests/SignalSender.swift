import Glibc
import PosixIO

/// Sends signals where a whole process would be too many.
enum SignalSender {
  /// Sends it to the calling thread only.
  static func sendToThisThread(_ signal: Signal) {
    pthread_kill(pthread_self(), signal.rawValue)
  }
}
