/// Where files of a user lie (specifications.freedesktop.org/basedir-spec): a variable that is
/// unset, empty or relative counts as absent.
enum Folders {
  /// For data: `$XDG_DATA_HOME`, else `~/.local/share`.
  static func data(_ environment: (String) -> String?) -> String? {
    absolute("XDG_DATA_HOME", environment) ?? inHome("/.local/share", environment)
  }

  /// For configuration: `$XDG_CONFIG_HOME`, else `~/.config`.
  static func configuration(_ environment: (String) -> String?) -> String? {
    absolute("XDG_CONFIG_HOME", environment) ?? inHome("/.config", environment)
  }

  /// For what a program remembers of its use: `$XDG_STATE_HOME`, else `~/.local/state`.
  static func state(_ environment: (String) -> String?) -> String? {
    absolute("XDG_STATE_HOME", environment) ?? inHome("/.local/state", environment)
  }

  /// For configuration of the whole machine, the strongest first: `$XDG_CONFIG_DIRS`, else
  /// `/etc/xdg`.
  static func systemConfiguration(_ environment: (String) -> String?) -> [String] {
    let listed = environment("XDG_CONFIG_DIRS") ?? ""
    let folders = listed.utf8.split(separator: UInt8(ascii: ":")).map { String(Substring($0)) }
      .filter { $0.utf8.first == UInt8(ascii: "/") }
    return folders.isEmpty ? ["/etc/xdg"] : folders
  }

  private static func inHome(_ path: String, _ environment: (String) -> String?) -> String? {
    absolute("HOME", environment).map { $0 + path }
  }

  private static func absolute(_ name: String, _ environment: (String) -> String?) -> String? {
    guard let value = environment(name), value.utf8.first == UInt8(ascii: "/") else { return nil }
    return value
  }
}
