import CPosix
import Glibc

/// Finding and becoming programs.
package enum Executable {
  /// The path of a program, searched for as a shell does: along `path` unless it has a slash.
  ///
  /// Do it once, not at each start. An empty part of `path` means the working directory, as
  /// POSIX says; nil means `/usr/bin:/bin`.
  /// - Throws: `noSuchFile`, or `permissionDenied` when only files that may not be run were found.
  package static func resolve(
    _ name: String, path: String?
  ) throws(SystemError) -> String {
    if name.isEmpty { throw SystemError(.noSuchFile, call: "exec", subject: name) }
    if name.utf8.contains(UInt8(ascii: "/")) {
      try check(name)
      return name
    }
    var reason = SystemError(.noSuchFile, call: "exec", subject: name)
    let directories = (path ?? "/usr/bin:/bin").utf8.split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for directory in directories {
      let place = directory.isEmpty ? "." : String(Substring(directory))
      let candidate = place + "/" + name
      do {
        try check(candidate)
        return candidate
      } catch {
        if error.code == .permissionDenied { reason = error }
      }
    }
    throw reason
  }

  private static func check(_ path: String) throws(SystemError) {
    guard try FileSystem.status(of: path).kind == .regular else {
      throw SystemError(.permissionDenied, call: "exec", subject: path)
    }
    try pathCall("exec", path) { faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) }
  }

  /// Becomes another program; returns only by throwing.
  package static func replaceProcess(
    _ path: String, arguments: CStringList, environment: EnvironmentBlock
  ) throws(SystemError) -> Never {
    let strings = environment.strings
    if arguments.hasEmbeddedNUL || strings.hasEmbeddedNUL {
      throw SystemError(.invalidArgument, call: "execve", subject: path)
    }
    try pathCall("execve", path) {
      arguments.withPointers { list in strings.withPointers { execve(path, list, $0) } }
    }
    // Success never comes back, so the call above has thrown.
    throw SystemError(.invalidArgument, call: "execve", subject: path)
  }

  /// The path of the running program itself.
  package static func current() throws(SystemError) -> String {
    try FileSystem.readLink("/proc/self/exe")
  }
}
