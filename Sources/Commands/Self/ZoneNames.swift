import CommandLineSpec
import PosixIO

/// Names of time zones, for completion: a folder of the host's zone files at a time.
enum ZoneNames {
  private static let folder = "/usr/share/zoneinfo/"

  /// What may stand up to the next slash; a region ends with one.
  static func beginning(with prefix: String) -> [Candidate] {
    let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/"))
    let region = slash.map { String(prefix[...$0]) } ?? ""
    // Nothing outside of the folder, and nothing of what lies there for other programs.
    guard region.isEmpty || isName(region), !region.utf8.contains(UInt8(ascii: ".")) else {
      return []
    }
    let entries = (try? FileSystem.entries(of: folder + region)) ?? []
    return entries.filter { isName($0.name) && !$0.name.utf8.contains(UInt8(ascii: ".")) }
      .map { region + $0.name + ($0.kind == .directory ? "/" : "") }.sorted()
      .map { Candidate($0) }
  }

  /// Zones and regions begin with capital letters; other files there don't.
  private static func isName(_ text: String) -> Bool {
    text.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? false
  }
}
