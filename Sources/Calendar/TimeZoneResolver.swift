/// Finds zones by name, and the host's own.
///
/// Files and environment come as closures: this room makes no system call.
package struct TimeZoneResolver {
  private let environment: (String) -> String?
  private let readFile: (String) -> [UInt8]?

  private static let folder = "/usr/share/zoneinfo/"

  /// A resolver; `readFile` gives nil for a file that is not there.
  package init(
    environment: @escaping (String) -> String?, readFile: @escaping (String) -> [UInt8]?
  ) {
    self.environment = environment
    self.readFile = readFile
  }

  /// The zone of a name such as `Europe/Berlin`; `UTC` needs no file.
  package func zone(named name: String) throws(TimeZoneError) -> TimeZoneRules {
    if name == "UTC" || name == "Etc/UTC" { return .utc }
    guard Self.isValidName(name) else { throw .invalidName(name) }
    guard let bytes = readFile(Self.folder + name) else { throw .unknown(name) }
    return try TimeZoneRules(name: name, tzif: bytes)
  }

  /// The host's zone: `TZ` where it is set (a name, a file, or a POSIX rule; empty is UTC), else
  /// `/etc/localtime`, else UTC.
  package func local() throws(TimeZoneError) -> TimeZoneRules {
    guard var value = environment("TZ") else {
      guard let bytes = readFile("/etc/localtime") else { return .utc }
      return try TimeZoneRules(name: "localtime", tzif: bytes)
    }
    if value.hasPrefix(":") { value.removeFirst() }
    if value.isEmpty { return .utc }
    if value.hasPrefix("/") {
      guard let bytes = readFile(value) else { throw .unknown(value) }
      return try TimeZoneRules(name: value, tzif: bytes)
    }
    do throws(TimeZoneError) {
      return try zone(named: value)
    } catch {
      guard let rule = PosixZoneRule.parse(value.utf8) else { throw error }
      return TimeZoneRules(name: value, rule: rule)
    }
  }

  /// Whether `name` may be looked up: parts of `[A-Za-z0-9._+-]` between slashes, none of them `.`
  /// or `..`, so that no name leaves the folder.
  package static func isValidName(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= 255 else { return false }
    return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .allSatisfy { part in
        guard let first = part.first, first != UInt8(ascii: "-") else { return false }
        let isDots = part.allSatisfy { $0 == UInt8(ascii: ".") }
        return !isDots && part.allSatisfy(isNameByte)
      }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
