import Jobs
import PosixIO
import Storage

extension Spool {
  /// Ends a call that may have changed something: its moves are made durable, then told.
  func finish() throws(StorageError) {
    memory.listing = nil
    try syncMoves()
    try dropEntries()
    for job in freed { releaseKey(of: job) }
    freed.removeAll()
    writeLog()
    if hasNews { ring() }
    hasNews = false
  }

  /// Tells the workers of this host that there is something new to do: the bell is opened and closed,
  /// nothing is written.
  private func ring() {
    _ = try? FileDescriptor.open(
      root + "/bell", .writeOnly, [.create, .noFollow, .nonBlocking], mode: 0o600)
  }

  /// Gives up what is open.
  func close() {
    writeLog()
    held.removeAll()
    views.removeAll()
    watch = nil
  }
}
