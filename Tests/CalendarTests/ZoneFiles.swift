import Calendar
import Glibc
import Synchronization

/// The host's own zone files, read as `qctl` does.
enum ZoneFiles {
  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }

  static func zone(_ name: String) throws -> TimeZoneRules {
    try TimeZoneResolver(environment: { _ in nil }, readFile: read).zone(named: name)
  }

  private static let hostZone = Mutex<Void>(())

  /// Lets the C library show a zone's time, which it can do for one zone at a time only.
  static func withLibraryZone(_ name: String, _ body: () throws -> Void) rethrows {
    try hostZone.withLock { _ in
      setenv("TZ", name, 1)
      tzset()
      defer { unsetenv("TZ") }
      try body()
    }
  }

  /// Zones with every kind of trouble: half-hour daylight time, negative daylight time, midnight
  /// changes, dates skipped, and rules that run past the transitions listed.
  static let names = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
    "Asia/Kolkata", "Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran",
    "Pacific/Chatham", "Africa/Cairo", "America/St_Johns", "Asia/Kathmandu", "Etc/GMT+5",
    "America/Nuuk", "Europe/London",
  ]
}
