package import Jobs
package import Storage
import Synchronization

/// A store that lives in this process: the model against which adapters are compared.
///
/// Made to be obviously right rather than fast: a struct of dictionaries behind one mutex, every
/// change of state through `Job.apply(_:at:)`, every listing a sort of everything.
///
/// Random bits are drawn in a fixed order, so that two stores given the same sequence hand out the
/// same ids and tokens. An enqueue draws once, after its keys were checked and only if it makes a
/// job (id); of a bulk only the first job made draws, the ids of the others follow; a claim draws once for each job taken, in order (token); a settlement as `fail` or
/// `timeOut` draws once (jitter), whether or not the job is tried again; so does the rescue of a job
/// that ran alone. Nothing else draws.
package final class MemoryStore: Sendable {
  let state: Mutex<MemoryState>
  /// What it was told to do without.
  private let absent: [Capability: Support]

  /// An empty store.
  ///
  /// - Parameters:
  ///   - absent: what it shall do without, so that a store which can't do it can be compared: heeds
  ///     `minutes`, `attemptRetention`, `rateLimits` and `dependencies`.
  ///   - random: gives any 64 bits; called inside the store's lock.
  package init(
    absent: [Capability: Support] = [:], random: @escaping @Sendable () -> UInt64
  ) {
    self.absent = absent
    var state = MemoryState(random: random)
    state.keepsMinutes = absent[.minutes] == nil
    state.keepsRates = absent[.rateLimits] == nil
    state.keepsPieces = absent[.attemptRetention] != nil
    if case .some(.none(let reason, let remedy)) = absent[.dependencies] {
      state.noParents = .unsupported(.dependencies, reason: reason, remedy: remedy)
    }
    self.state = Mutex(state)
  }
}

extension MemoryStore: StorageSource {
  package var identity: StoreIdentity {
    StoreIdentity(kind: "memory", location: "memory:", formatVersion: 1)
  }

  package var capabilities: Capabilities {
    let own: [Capability: Support] = [
      .transactionalEnqueue: .none(
        reason: "the store lives inside one process, out of reach of an application's transaction",
        remedy: "use an SQLite store"),
      .backup: .none(reason: Self.noBackup.reason, remedy: Self.noBackup.remedy),
    ]
    return Capabilities(absent: own.merging(absent) { own, _ in own })
  }

  fileprivate static let noBackup = (
    reason: "the store lives inside one process", remedy: "use an SQLite store"
  )

  package func findings() throws(StorageError) -> [Finding] { [] }

  package func close() {}
}

extension MemoryStore: StorageRepair, StorageBackup {
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] { [] }

  package func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport {
    throw .unsupported(.backup, reason: Self.noBackup.reason, remedy: Self.noBackup.remedy)
  }
}
