import PosixIO
import Text

/// Lets the members of a group read and write an embedded store.
enum StoreSharing {
  /// Shares a store that nobody has open here, so that touching its files drops no lock of SQLite.
  static func share(_ location: StoreLocation, with group: UInt32) throws(CommandFailure) {
    do throws(SystemError) {
      switch location {
      case .sqlite(let path): try shareFile(path, with: group)
      case .directory(let path): try shareFolder(path, with: group)
      case .network: return
      }
    } catch {
      throw .failed(.permission, "\(TerminalText.escape(error.description, .line))")
    }
  }

  private static func shareFile(_ path: String, with group: UInt32) throws(SystemError) {
    let folder = path + ".qctl"
    if !FileSystem.exists(folder) { try FileSystem.makeDirectory(folder, mode: 0o700) }
    try hand(path, to: group, 0o660)
    try hand(folder, to: group, 0o2770)
    for file in [folder + "/gate", folder + "/bell"] {
      _ = try FileDescriptor.open(file, .readWrite, [.create, .noFollow], mode: 0o660)
      try hand(file, to: group, 0o660)
    }
    let workers = folder + "/workers"
    if !FileSystem.exists(workers) { try FileSystem.makeDirectory(workers, mode: 0o700) }
    try hand(workers, to: group, 0o2770)
  }

  /// A folder with all that is in it but links; new files take after the folder.
  private static func shareFolder(_ path: String, with group: UInt32) throws(SystemError) {
    try hand(path, to: group, 0o2770)
    for entry in try FileSystem.entries(of: path) {
      let inside = path + "/" + entry.name
      switch try FileSystem.linkStatus(of: inside).kind {
      case .directory: try shareFolder(inside, with: group)
      case .regular: try hand(inside, to: group, 0o660)
      default: continue
      }
    }
  }

  private static func hand(
    _ path: String, to group: UInt32, _ mode: UInt32
  ) throws(SystemError) {
    try FileSystem.setOwner(path, user: nil, group: group)
    try FileSystem.setPermissions(path, mode)
  }
}
