import PosixIO
import TestSupport

/// What the machine offers to scenarios that need more than an ordinary user has.
enum Machine {
  /// Something that not every machine has.
  enum Need: String, Sendable {
    case root, tmpfs, strace, python3, sqlite3, cc, logrotate, promtool, mandoc, curl, flock
    case zsh, fish
    case systemdAnalyze = "systemd-analyze"
    /// The debug build, which is linked dynamically: a library can be laid under it.
    case debug
    /// The library of faketime.
    case faketime
    case oldSQLite = "old-sqlite"
    /// A Debian of its own, which only root can make.
    case cleanRoot = "clean-root"
    /// Debian's package of completions, which people have or not.
    case bashCompletion = "bash-completion"
    /// The plugins of monitoring, with which ours agrees.
    case checkProcs = "check-procs"
  }

  /// True when the machine has it.
  static func has(_ need: Need) -> Bool {
    switch need {
    case .root: CurrentProcess.effectiveUserID == 0 && finds("setpriv")
    case .tmpfs: mountsTmpfs
    case .strace: traces
    case .oldSQLite: buildsOldSQLite
    case .cleanRoot: CurrentProcess.effectiveUserID == 0 && makesRoots
    case .python3, .sqlite3, .cc, .promtool, .mandoc, .curl, .flock, .systemdAnalyze, .zsh, .fish:
      finds(need.rawValue)
    // An ordinary user's PATH has not its folder.
    case .logrotate: FileSystem.isAccessible("/usr/sbin/logrotate", .execute)
    case .debug: FileSystem.isAccessible(ScenarioFiles.debugProgram, .execute)
    case .faketime: fakesTime
    case .bashCompletion:
      FileSystem.isAccessible("/usr/share/bash-completion/bash_completion", .read)
    case .checkProcs: FileSystem.isAccessible("/usr/lib/nagios/plugins/check_procs", .execute)
    }
  }

  /// True where it is a failure that the machine has not what a scenario needs.
  ///
  /// The old SQLite is fetched over the network, which may fail for reasons that are not ours.
  static func mustHave(_ need: Need) -> Bool {
    need != .oldSQLite && EnvironmentBlock.value("QCTL_TEST_NO_SKIP") == "1"
  }

  private static let mountsTmpfs = succeeds(
    "d=$(mktemp -d) && mount -t tmpfs none \"$d\" && umount \"$d\"; s=$?; rmdir \"$d\"; exit $s")
  private static let traces = succeeds("strace -o /dev/null true")

  private static let makesRoots = succeeds(
    "command -v mmdebstrap apt-get dpkg-deb && unshare --mount --pid --fork --kill-child true")

  private static let fakesTime = succeeds(
    "test \"$(faketime -f '@2001-02-03 04:05:06' date +%Y)\" = 2001")

  private static let buildsOldSQLite = succeeds(
    "exec sh '\(ScenarioFiles.folder)/Scripts/old-sqlite.sh' "
      + "'\(ScenarioFiles.repository)/.build/old-sqlite'", withinSeconds: 300)

  private static func succeeds(_ script: String, withinSeconds limit: Int = 120) -> Bool {
    let result = try? ProcessRunner.run("sh", ["-c", script], timeoutSeconds: limit)
    return result?.outcome.isSuccess ?? false
  }

  private static func finds(_ program: String) -> Bool {
    (try? Executable.resolve(program, path: EnvironmentBlock.value("PATH"))) != nil
  }
}
