import PosixIO
import Storage

extension Spool {
  /// Sees to it that no qctl opens the store that does not know the present format; durable when it returns.
  ///
  /// One of format 1 would run an edited job with its old payload, and its `doctor` would bring a moved
  /// job back; one of format 2 would take a job with newer lines in its header for none.
  ///
  /// One that has it open already passes over edited jobs (see JobName), and takes moved ones as they
  /// are.
  func raiseFormat() throws(StorageError) {
    guard !memory.isFormatRaised else { return }
    let path = StoreFolder.formatFile
    let found = try ifThere { () throws(SystemError) in try tree.read(path, at: 0, count: 4096) }
    let version = found.flatMap { StoreFolder.version($0.bytes) }
    try system { () throws(SystemError) in
      if (version ?? 0) < DirectoryStore.formatVersion { try writeFormat() }
      // Whoever wrote it before may not have come to this.
      try tree.syncFolder("")
    }
    memory.isFormatRaised = true
  }

  private func writeFormat() throws(SystemError) {
    let draft = "tmp/format-\(CurrentProcess.id)-\(SystemClock.monotonicNanoseconds())"
    try tree.create(draft, StoreFolder.format, sync: true)
    do throws(SystemError) {
      try tree.rename(draft, to: StoreFolder.formatFile, replaces: true)
    } catch {
      try? tree.remove(draft)
      throw error
    }
  }
}
