package import Jobs
package import Storage

/// Taking the store out, and another one in.
extension DirectoryStore {
  package func requests(
    _ request: KnownRequestPageRequest
  ) throws(StorageError) -> KnownRequestPage {
    try withSpool { (spool) throws(StorageError) in try spool.requests(request) }
  }

  package func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] {
    guard !parts.isEmpty else { return [] }
    return try changing { (spool) throws(StorageError) in
      let restoring = try Restoring(parts, spool, at: now)
      defer { restoring.removeDrafts() }
      // What comes in may have ended long ago.
      spool.memory.expiry.removeAll()
      return try restoring.run()
    }
  }
}
