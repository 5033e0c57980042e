import PosixIO

/// Who a worker is when nobody gave it a name.
enum WorkerName {
  /// `HOST:PID`, of this process or of the script that called it.
  static func of(process: Int32) -> String {
    "\((try? Host.name()) ?? "localhost"):\(process)"
  }
}
