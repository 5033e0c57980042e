import PosixIO
import Text

/// Where a store is: what `--store` or `QCTL_STORE` says, read but not yet touched.
package enum StoreLocation: Equatable, Sendable {
  /// One SQLite file, by its absolute path.
  case sqlite(path: String)
  /// A folder of plain files, by its absolute path.
  case directory(path: String)
  /// A store that is reached over a network; the scheme and the whole URL.
  case network(scheme: String, url: String)

  /// Reads what was typed; `nil` means the default place.
  ///
  /// - Throws: `failed` for an empty or unknown location, or a password in a URL, which every user
  ///   of the machine could read in the list of processes.
  init(_ text: String?, environment: (String) -> String?) throws(CommandFailure) {
    guard let text else {
      self = .sqlite(path: try Self.defaultPath(environment))
      return
    }
    guard !text.isEmpty else { throw .failed(.usage, "--store: the name of a store is empty") }
    guard let (scheme, rest) = Self.scheme(of: text) else {
      let path = Self.absolute(text)
      let kind = try? FileSystem.status(of: path).kind
      let holdsJobs = kind == .directory && FileSystem.exists(path + "/format")
      self = holdsJobs ? .directory(path: path) : .sqlite(path: path)
      return
    }
    switch scheme {
    case "sqlite": self = .sqlite(path: Self.absolute(rest))
    // The long form is how a store names its own kind.
    case "dir", "directory": self = .directory(path: Self.absolute(rest))
    case "postgres", "postgresql":
      guard !Self.holdsPassword(text) else {
        throw .failed(
          .usage,
          "--store: a password in a URL can be read by every user of this machine; "
            + "use ~/.pgpass or PGPASSFILE")
      }
      self = .network(scheme: scheme, url: text)
    default:
      throw .failed(
        .usage,
        "--store: '\(TerminalText.escape(scheme, .line)):' is no kind of store; "
          + "write sqlite:PATH or dir:PATH, or ./PATH for a file with a colon in its name")
    }
  }

  /// `SCHEME:REST`, where the scheme is letters only and no path separator comes before the colon.
  private static func scheme(of text: String) -> (String, String)? {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 1,
      bytes[..<colon].allSatisfy({ $0 | 32 >= 97 && $0 | 32 <= 122 })
    else { return nil }
    let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    return (scheme, String(decoding: bytes[(colon + 1)...], as: UTF8.self))
  }

  private static func holdsPassword(_ url: String) -> Bool {
    let bytes = Array(url.utf8)
    if url.contains("password=") { return true }
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let authority = bytes[..<at].split(separator: UInt8(ascii: "/")).last ?? []
    return authority.contains(UInt8(ascii: ":"))
  }

  private static func absolute(_ path: String) -> String {
    guard path.utf8.first != UInt8(ascii: "/") else { return path }
    guard let folder = try? FileSystem.currentDirectory() else { return path }
    return folder + "/" + path
  }

  private static func defaultPath(
    _ environment: (String) -> String?
  ) throws(CommandFailure) -> String {
    guard let folder = Folders.data(environment) else {
      throw .failed(
        .configuration, "neither HOME nor XDG_DATA_HOME says where the store is: use --store PATH")
    }
    return folder + "/qctl/queue.db"
  }
}
