package import PosixIO

/// Copies of stores in the making: under another name beside their place, and locked for as long as
/// their process lives.
package enum PartialCopy {
  private static let suffix = ".qctl-partial"

  /// A name for a copy that is to have the name of its target.
  package static func name(for target: String) throws(SystemError) -> String {
    target + "." + String(try Random.word() >> 24, radix: 36) + suffix
  }

  /// What processes left that died while they made a copy with this name, or of a store in its
  /// folder.
  ///
  /// - Parameter lock: which file of a copy its process holds the lock of, as what follows its path.
  package static func leftovers(of target: String, lock: String = "") -> [String] {
    let folder = FileSystem.parent(of: target) ?? "."
    let prefix = FileSystem.name(of: target) + "."
    guard let entries = try? FileSystem.entries(of: folder) else { return [] }
    return entries.map(\.name).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
      .map { (folder == "/" ? "" : folder) + "/" + $0 }
      .filter { isUnattended($0 + lock) }
  }

  private static func isUnattended(_ path: String) -> Bool {
    guard let file = try? FileDescriptor.open(path, .readOnly, [.noFollow, .nonBlocking]) else {
      return false
    }
    let lock = FileLock(file)
    return (try? lock.tryLock(.shared)) ?? false
  }
}
