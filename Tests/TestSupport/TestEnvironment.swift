package import PosixIO

/// Environments for programs under test.
package enum TestEnvironment {
  /// An environment in which every per-user place lies in `directory`, and nothing of the
  /// developer's own settings shows; the folders are not made.
  package static func scratch(
    _ directory: ScratchDirectory, adding extra: [String: String] = [:]
  ) -> EnvironmentBlock {
    let home = directory.path("home")
    var variables = [
      "HOME": home,
      "XDG_CONFIG_HOME": home + "/.config",
      "XDG_DATA_HOME": home + "/.local/share",
      "XDG_STATE_HOME": home + "/.local/state",
      "XDG_CACHE_HOME": home + "/.cache",
      "XDG_RUNTIME_DIR": directory.path("run"),
      "XDG_CONFIG_DIRS": directory.path("etc/xdg"),
      "TMPDIR": directory.path,
      "PATH": EnvironmentBlock.value("PATH") ?? "/usr/bin:/bin",
      "LANG": "C.UTF-8",
      "TZ": "UTC",
      "TERM": "dumb",
    ]
    variables.merge(extra) { _, new in new }
    return EnvironmentBlock(variables)
  }
}
