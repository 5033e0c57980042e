/// A store with all its roles.
///
/// Calls are synchronous and atomic each; none spans a transaction over several calls, and no handle
/// escapes. An adapter is safe to call from several threads.
package typealias StorageAdapter =
  StorageSource & StorageBrowsing & StorageOperating & StorageControlling & StorageEngine
  & StorageRepair & StorageBackup & StorageArchive & StorageScheduling
