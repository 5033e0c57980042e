import Jobs
import PosixIO
import Storage

// Spreading accepted bulks.
//
// Each part is renamed to its place among the queues. Several processes may do so at once: of two, one
// finds the part gone. Nothing ever moves into a part (its name is no minute's), so whether a part's
// rename lasts matters to nobody, as long as the empty folders of the bulk are not removed before:
// the folder that a part moved into is synced first.

extension Spool {
  /// Moves accepted bulks to where their jobs belong, if there are any.
  ///
  /// - Parameter queues: only these; `nil` for all.
  func spreadBulks(in queues: [QueueName]?) throws(StorageError) {
    for name in try names(in: BulkParts.root) {
      try spread(BulkParts.root + "/" + name, in: queues)
    }
  }

  private func spread(_ bulk: String, in queues: [QueueName]?) throws(StorageError) {
    try spreadBatches(of: bulk)
    let found = try bulkParts(of: bulk, in: queues)
    for part in found.parts { try spread(part, of: bulk) }
    for parent in found.parents {
      _ = try ifThere { () throws(SystemError) in try tree.syncFolder(parent) }
      removeUpwards(bulk + "/" + parent, until: bulk)
    }
    guard try names(in: bulk + "/" + Shelf.root).isEmpty else { return }
    _ = try? tree.remove(StagedFolders.owner(bulk))
    _ = try? tree.removeFolder(bulk + "/" + Shelf.root)
    _ = try? tree.removeFolder(bulk + "/" + BatchFolder.root)
    _ = try? tree.removeFolder(bulk)
  }

  /// A batch goes before its jobs do.
  private func spreadBatches(of bulk: String) throws(StorageError) {
    for name in try names(in: bulk + "/" + BatchFolder.root) {
      try ensureFolder(BatchFolder.root)
      let path = BatchFolder.root + "/" + name
      _ = try ifThere { () throws(SystemError) in
        try tree.rename(bulk + "/" + path, to: path, replaces: false)
        try tree.syncFolder(BatchFolder.root)
      }
    }
  }

  private func spread(_ part: BulkParts.Part, of bulk: String) throws(StorageError) {
    for _ in 0..<Self.mostSpreadTries {
      try ensureFolder(part.parent)
      do {
        return try tree.rename(bulk + "/" + part.path, to: part.path, replaces: false)
      } catch {
        switch error.code {
        case .noSuchFile:
          let left = try ifThere { () throws(SystemError) in
            try tree.status(of: bulk + "/" + part.path)
          }
          guard left != nil else { return }
          unsettle(part.parent)
        // Something else has this name; `doctor` tells of the part.
        case .exists, .notEmpty: return
        default: throw translate(error)
        }
      }
    }
  }

  private static let mostSpreadTries = 100

  /// Removes a folder and those above it, as long as they are empty.
  private func removeUpwards(_ folder: String, until top: String) {
    var path = folder
    while path != top, !path.isEmpty {
      removeIfEmpty(path)
      path = SplitPath(path).folder
    }
  }

  /// Removes a folder of which nobody was promised anything, with all that is in it; what can't be
  /// removed stays.
  func removeTree(_ folder: String) {
    for name in (try? names(in: folder)) ?? [] {
      let path = folder + "/" + name
      if (try? tree.status(of: path))?.kind == .directory {
        removeTree(path)
      } else {
        _ = try? tree.remove(path)
      }
    }
    _ = try? tree.removeFolder(folder)
  }

  /// Removes staged bulks whose processes are dead.
  func collectDeadBulks() throws(StorageError) {
    for name in try names(in: "tmp") where name.hasPrefix(StagedFolders.prefix) {
      let path = "tmp/" + name
      _ = try? tree.withLock(StagedFolders.owner(path), patience: 0) { removeTree(path) }
    }
  }
}
