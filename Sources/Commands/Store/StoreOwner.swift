import PosixIO
import Storage
import Text

/// Under sudo the home directory, and with it the default store, may be another user's.
enum StoreOwner {
  /// What the owner of a store's file means to the user of this process.
  static func finding(
    about identity: StoreIdentity, user: UInt32 = CurrentProcess.effectiveUserID
  ) -> Finding? {
    guard let status = try? FileSystem.status(of: identity.location) else { return nil }
    guard status.uid != user else { return Finding(.ok, "owner", "it is yours") }
    return Finding(
      .warning, "owner", "it belongs to \(name(status.uid)), and you are \(name(user))",
      remedy: "run qctl as \(name(status.uid)), or name your own store with --store")
  }

  /// Warns root that the default store would lie in somebody else's home, and so be lost to them.
  static func warnOfForeignHome(_ location: StoreLocation, _ context: CommandContext) {
    guard CurrentProcess.effectiveUserID == 0, case .sqlite(var path) = location else { return }
    while !FileSystem.exists(path), let parent = FileSystem.parent(of: path) { path = parent }
    guard let status = try? FileSystem.status(of: path), status.uid != 0 else { return }
    let place = TerminalText.escape(path, .line)
    context.tell(
      "warning: you are root, and \(place) belongs to \(name(status.uid)); "
        + "run qctl as \(name(status.uid)), with 'sudo -H', or with --store")
  }

  private static func name(_ user: UInt32) -> String {
    Accounts.user(id: user)?.name ?? "uid \(user)"
  }
}
