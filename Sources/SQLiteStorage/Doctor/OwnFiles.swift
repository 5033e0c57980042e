import PosixIO
import Storage

/// The files beside a store, `PATH.qctl/`, and what may be wrong with them.
struct OwnFiles {
  private let path: String
  private let store: FileStatus

  /// `nil` where the store's file can't be told of.
  init?(of path: String) {
    guard let status = try? FileSystem.status(of: path) else { return nil }
    self.path = path
    store = status
  }

  private var folder: String { path + ".qctl" }

  /// One thing that is wrong with a file.
  struct Flaw {
    enum Kind {
      /// Not a regular file, or a folder where a file should be.
      case strange
      /// Users outside the store's group may write to it, or read it.
      case open(mode: UInt32)
      /// Another user's, so that the store's owner can't lock it.
      case foreign(uid: UInt32)
    }

    let path: String
    let kind: Kind
    let isFolder: Bool
  }

  /// What is wrong, file by file.
  func flaws() -> [Flaw] {
    guard let top = try? FileSystem.linkStatus(of: folder) else { return [] }
    guard top.kind == .directory else {
      return [Flaw(path: folder, kind: .strange, isFolder: true)]
    }
    let isShared = top.mode & 0o020 != 0
    var flaws = flaws(of: folder, top, isFolder: true, isShared: isShared)
    for name in names(in: folder) {
      let file = folder + "/" + name
      guard let status = try? FileSystem.linkStatus(of: file) else { continue }
      flaws += self.flaws(of: file, status, isFolder: name == "workers", isShared: isShared)
      // Never through a link.
      guard name == "workers", status.kind == .directory else { continue }
      for worker in names(in: file) {
        let path = file + "/" + worker
        guard let status = try? FileSystem.linkStatus(of: path) else { continue }
        flaws += self.flaws(of: path, status, isFolder: false, isShared: true)
      }
    }
    return flaws
  }

  private func flaws(
    of path: String, _ status: FileStatus, isFolder: Bool, isShared: Bool
  ) -> [Flaw] {
    guard status.kind == (isFolder ? .directory : .regular) else {
      return [Flaw(path: path, kind: .strange, isFolder: isFolder)]
    }
    var flaws: [Flaw] = []
    // Who may look into the folder sees names and times only.
    if status.mode & (isFolder ? 0o002 : 0o007) != 0 {
      flaws.append(Flaw(path: path, kind: .open(mode: status.mode), isFolder: isFolder))
    }
    if status.uid != store.uid, !isShared {
      flaws.append(Flaw(path: path, kind: .foreign(uid: status.uid), isFolder: isFolder))
    }
    return flaws
  }

  private func names(in folder: String) -> [String] {
    ((try? FileSystem.entries(of: folder)) ?? []).map(\.name)
  }

  /// Copies of this store that no process is making any more, in its own folder.
  func unfinishedCopies() -> [String] { BackupFile.leftovers(of: path) }

  /// Mends one thing, on the file itself and never through a link.
  ///
  /// - Returns: whether that was possible.
  func mend(_ flaw: Flaw) -> Bool {
    switch flaw.kind {
    case .strange: return false
    case .foreign:
      return (try? FileSystem.setOwner(flaw.path, user: store.uid, group: store.gid)) != nil
    case .open(let mode):
      do {
        let file = try FileDescriptor.open(flaw.path, .readOnly, [.noFollow, .nonBlocking])
        try file.setPermissions(mode & (flaw.isFolder ? ~0o002 : ~0o007))
        return true
      } catch {
        return false
      }
    }
  }
}

extension OwnFiles.Flaw {
  /// What is wrong, in a sentence.
  var message: String {
    switch kind {
    case .strange: "\(path) is not what qctl made, but a link or the like"
    case .open(let mode):
      "others may \(mode & 0o002 != 0 ? "write to" : "read") \(path) "
        + "(mode 0\(String(mode & 0o777, radix: 8)))"
    case .foreign(let uid):
      "\(path) belongs to user \(uid) and not to the store's owner, who cannot lock it"
    }
  }

  /// What to do about it.
  var remedy: String {
    switch kind {
    case .strange: "look who put it there, and move it away"
    case .open: "qctl doctor --repair"
    case .foreign: "as root: qctl doctor --repair"
    }
  }
}
